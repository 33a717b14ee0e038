package io.millrace.chain.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC 2.0 over HTTP, one request at a time a call, no retries: what to do about a missing
 * answer is the caller's to decide. Safe for several threads.
 */
public final class JsonRpc {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_ANSWER_BYTES = 32 << 20;
    private static final int MAX_SHOWN = 200;
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BAD_GATEWAY = 502; // and above: said by something before the node

    private final HttpClient http;
    private final URI endpoint;
    private final String host;
    private final Duration timeout;
    private final AtomicLong ids = new AtomicLong();

    /**
     * A client of {@code endpoint}.
     *
     * @param timeout for a connection, and for a whole answer
     * @throws IllegalArgumentException if the endpoint is not http or https
     */
    public JsonRpc(URI endpoint, Duration timeout) {
        requireHttp(endpoint);
        this.endpoint = endpoint;
        this.host = endpoint.getHost() + (endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort());
        this.timeout = timeout;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(timeout)
                        .build();
    }

    /**
     * The address of a node. No message repeats it, as it may carry a token.
     *
     * @throws IllegalArgumentException if it is not http or https with a host
     */
    public static URI endpoint(String text) {
        try {
            return requireHttp(new URI(text));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "the endpoint of the L2 node is no address: " + e.getReason());
        }
    }

    private static URI requireHttp(URI endpoint) {
        if (endpoint.getHost() == null
                || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
            throw new IllegalArgumentException(
                    "the endpoint of the L2 node is not an http or https address with a host");
        }
        return endpoint;
    }

    /** Host and port, without path and query, which may carry a token. */
    String host() {
        return host;
    }

    /**
     * The result of {@code method}, which must not be null.
     *
     * @throws RpcException if there is none
     */
    public JsonNode call(String method, Object... params) throws RpcException {
        return callNullable(method, params)
                .orElseThrow(() -> RpcException.noAnswer(method, host, "the result is null"));
    }

    /**
     * The result of {@code method}, empty if the node says null (it does not know the thing).
     *
     * @throws RpcException if there is no answer, or an error
     */
    public Optional<JsonNode> callNullable(String method, Object... params) throws RpcException {
        ObjectNode request = request(method, params);
        JsonNode answer = parse(method, post(method, request.toString()));
        if (!answer.isObject()) {
            throw RpcException.invalid(method, "answer of " + host + " is no object");
        }
        if (!saysSomething(answer)) {
            throw RpcException.noAnswer(method, host, shown(answer));
        }
        return result(method, request.get("id").asLong(), answer);
    }

    /**
     * What came of many calls of {@code method} sent as one. A node that takes no batch, or answers
     * only a part of it, has not failed: the answers say which are missing.
     *
     * @throws RpcException if the node was not heard at all
     */
    public BatchAnswers batch(String method, List<Object[]> params) throws RpcException {
        List<ObjectNode> requests = new ArrayList<>();
        for (Object[] each : params) {
            requests.add(request(method, each));
        }
        try {
            JsonNode answers = parse(method, post(method, requests.toString()));
            if (answers.isArray()) {
                return answers(method, requests, answers);
            }
            throwError(method, answers);
            throw RpcException.invalid(method, "answer of " + host + " to a batch is no array");
        } catch (RpcException e) {
            if (e.kind() == RpcErrorKind.UNREACHABLE) {
                throw e;
            }
            return new BatchAnswers(Map.of(), e);
        }
    }

    private BatchAnswers answers(String method, List<ObjectNode> requests, JsonNode answers) {
        Map<Long, JsonNode> byId = new HashMap<>();
        for (JsonNode answer : answers) {
            byId.put(answer.path("id").asLong(-1), answer);
        }
        Map<Integer, JsonNode> results = new HashMap<>();
        RpcException missing = null;
        for (int i = 0; i < requests.size(); i++) {
            long id = requests.get(i).get("id").asLong();
            try {
                results.put(
                        i,
                        result(method, id, byId.getOrDefault(id, MAPPER.missingNode()))
                                .orElseThrow(
                                        () -> RpcException.invalid(method, "the answer is null")));
            } catch (RpcException e) {
                missing = missing == null ? e : missing;
            }
        }
        return new BatchAnswers(results, missing);
    }

    private ObjectNode request(String method, Object... params) {
        ObjectNode request = MAPPER.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", ids.incrementAndGet()).put("method", method);
        request.set("params", MAPPER.valueToTree(params));
        return request;
    }

    private Optional<JsonNode> result(String method, long id, JsonNode answer) throws RpcException {
        throwError(method, answer);
        if (answer.path("id").asLong(-1) != id || !answer.has("result")) {
            throw RpcException.invalid(
                    method, "answer of " + host + " has no result for request " + id);
        }
        JsonNode result = answer.get("result");
        return result.isNull() ? Optional.empty() : Optional.of(result);
    }

    private static void throwError(String method, JsonNode answer) throws RpcException {
        JsonNode error = answer.path("error");
        if (error.isObject()) {
            throw RpcException.refused(
                    method,
                    error.path("code").asInt(),
                    error.path("message").asText(),
                    revertData(error.path("data")));
        }
        if (error.isValueNode() && !error.isNull()) { // no JSON-RPC, but a refusal all the same
            throw RpcException.refused(method, 0, error.asText(), null);
        }
    }

    /** HttpClient's own time limit ends with the headers; a body that stops half way needs ours. */
    private HttpResponse<byte[]> post(String method, String body) throws RpcException {
        HttpRequest request =
                HttpRequest.newBuilder(endpoint)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                        .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, info -> new BoundedBody(MAX_ANSWER_BYTES));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw RpcException.unreachable(method, host, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw RpcException.unreachable(
                    method,
                    host,
                    new IOException("not whole within " + timeout.toMillis() + " ms", e));
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw RpcException.unreachable(method, host, e);
        }
    }

    private JsonNode parse(String method, HttpResponse<byte[]> response) throws RpcException {
        boolean notTheNode =
                response.statusCode() == TOO_MANY_REQUESTS || response.statusCode() >= BAD_GATEWAY;
        if (notTheNode) {
            throw status(method, response);
        }
        try {
            JsonNode answer = MAPPER.readTree(unpacked(response));
            boolean answers = answer != null && (answer.isArray() || saysSomething(answer));
            if (answers || (answer != null && answer.isObject() && response.statusCode() == OK)) {
                return answer;
            }
        } catch (JsonProcessingException e) {
            throw status(method, response);
        } catch (IOException e) {
            throw RpcException.unreachable(method, host, e);
        }
        throw status(method, response);
    }

    private RpcException status(String method, HttpResponse<byte[]> response) {
        return RpcException.status(
                method, host, response.statusCode(), RetryAfter.millis(response.headers()));
    }

    /** Nobody asked for it, but something before a node may pack all the same. */
    private static byte[] unpacked(HttpResponse<byte[]> response) throws IOException {
        boolean packed =
                response.headers()
                        .firstValue("Content-Encoding")
                        .filter("gzip"::equalsIgnoreCase)
                        .isPresent();
        if (!packed) {
            return response.body();
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            byte[] answer = in.readNBytes(MAX_ANSWER_BYTES + 1);
            if (answer.length > MAX_ANSWER_BYTES) {
                throw new IOException(
                        "the answer is longer than " + MAX_ANSWER_BYTES + " bytes when unpacked");
            }
            return answer;
        }
    }

    private static String shown(JsonNode answer) {
        String text = answer.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static boolean saysSomething(JsonNode answer) {
        return answer.has("result") || answer.has("error");
    }

    /** Some nodes nest the data of a revert one level deeper. */
    private static @Nullable String revertData(JsonNode data) {
        JsonNode text = data.isObject() ? data.path("data") : data;
        return text.isTextual() && text.asText().startsWith("0x") ? text.asText() : null;
    }
}
