package io.millrace.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC 2.0 over HTTP, one request at a time a call, no retries: what to do about a missing
 * answer is the caller's to decide. Safe for several threads.
 */
public final class JsonRpc {

    private static final ObjectMapper MAPPER = new ObjectMapper();

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
        if (endpoint.getHost() == null
                || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
            throw new IllegalArgumentException(
                    "the endpoint of the L2 node is not an http or https address with a host");
        }
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
     * The result of {@code method}, which must not be null.
     *
     * @throws RpcException if there is none
     */
    public JsonNode call(String method, Object... params) throws RpcException {
        return callNullable(method, params)
                .orElseThrow(() -> RpcException.invalid(method, "the answer is null"));
    }

    /**
     * The result of {@code method}, empty if the node says null (it does not know the thing).
     *
     * @throws RpcException if there is no answer, or an error
     */
    public Optional<JsonNode> callNullable(String method, Object... params) throws RpcException {
        long id = ids.incrementAndGet();
        ObjectNode request = MAPPER.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", id).put("method", method);
        request.set("params", MAPPER.valueToTree(params));
        HttpResponse<byte[]> response = post(method, request.toString());
        JsonNode answer = parse(method, response);
        JsonNode error = answer.path("error");
        if (error.isObject()) {
            throw RpcException.refused(
                    method,
                    error.path("code").asInt(),
                    error.path("message").asText(),
                    revertData(error.path("data")));
        }
        if (answer.path("id").asLong(-1) != id || !answer.has("result")) {
            throw RpcException.invalid(
                    method, "answer of " + host + " has no result for request " + id);
        }
        JsonNode result = answer.get("result");
        return result.isNull() ? Optional.empty() : Optional.of(result);
    }

    private HttpResponse<byte[]> post(String method, String body) throws RpcException {
        HttpRequest request =
                HttpRequest.newBuilder(endpoint)
                        .timeout(timeout)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw RpcException.unreachable(method, host, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RpcException.unreachable(method, host, e);
        }
    }

    private JsonNode parse(String method, HttpResponse<byte[]> response) throws RpcException {
        try {
            JsonNode answer = MAPPER.readTree(response.body());
            if (answer != null && answer.isObject()) {
                return answer;
            }
        } catch (JsonProcessingException e) {
            throw RpcException.unreachable(method, host, status(response));
        } catch (IOException e) {
            throw RpcException.unreachable(method, host, e);
        }
        throw RpcException.unreachable(method, host, status(response));
    }

    private static IOException status(HttpResponse<byte[]> response) {
        return new IOException("HTTP " + response.statusCode() + " without a JSON-RPC answer");
    }

    /** Some nodes nest the data of a revert one level deeper. */
    private static @Nullable String revertData(JsonNode data) {
        JsonNode text = data.isObject() ? data.path("data") : data;
        return text.isTextual() && text.asText().startsWith("0x") ? text.asText() : null;
    }
}
