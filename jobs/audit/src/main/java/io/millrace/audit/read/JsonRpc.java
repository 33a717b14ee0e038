package io.millrace.audit.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A plain JSON-RPC client: one method, many parameter lists, in batches over one connection. What a
 * node refuses is asked again, a few times and ever more slowly: nodes say "too fast" in any words.
 * Messages name the node's host, never its address, which may carry a token.
 */
public final class JsonRpc {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BAD_GATEWAY = 502; // and above: said by something before the node
    private static final int MAX_FAILURES = 8; // with the pauses between them, 13 s
    private static final long PAUSE_MILLIS = 50;
    private static final long MAX_LATER_MILLIS = 60_000;
    private static final Pattern QUANTITY = Pattern.compile("0x[0-9a-fA-F]{1,64}");

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI uri;
    private final long pauseMillis;
    private final Duration timeout;
    private final BatchSize batch = new BatchSize();

    /** The node was heard, and does not give what it was asked for. */
    public static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        private final String answer;

        RefusedException(String message) {
            this(message, "");
        }

        RefusedException(String message, String answer) {
            super(message);
            this.answer = answer;
        }

        /** All that it said, as JSON; empty if that was none. */
        public String answer() {
            return answer;
        }
    }

    public JsonRpc(String url) {
        this(url, PAUSE_MILLIS);
    }

    /** One that waits so long for each answer. */
    public JsonRpc(String url, Duration timeout) {
        this(url, PAUSE_MILLIS, timeout);
    }

    JsonRpc(String url, long pauseMillis) {
        this(url, pauseMillis, TIMEOUT);
    }

    private JsonRpc(String url, long pauseMillis, Duration timeout) {
        uri = URI.create(url);
        this.pauseMillis = pauseMillis;
        this.timeout = timeout;
    }

    /** Something wants to be left alone for a while. */
    private static final class LaterException extends IOException {

        private static final long serialVersionUID = 1L;

        private final long millis;

        LaterException(String message, long millis) {
            super(message);
            this.millis = millis;
        }
    }

    /** A call of a batch of several methods. */
    record Call(String method, List<Object> params) {

        Call(String method, Object... params) {
            this(method, List.of(params));
        }
    }

    /**
     * The result of {@code method}, never null.
     *
     * @throws RefusedException if the node was heard, again and again, and does not give it
     */
    public JsonNode call(String method, Object... params) throws IOException {
        for (int failures = 1; ; failures++) {
            try {
                return callOnce(method, params);
            } catch (RefusedException e) {
                repeat(failures, e);
            }
        }
    }

    /**
     * The same, not repeated if it is refused.
     *
     * @throws RefusedException if the node was heard and does not give it
     */
    public JsonNode callOnce(String method, Object... params) throws IOException {
        return result(method, post(method, request(0, method, List.of(params))));
    }

    /** The same, for who asks for less then: nor is it repeated if no answer comes. */
    JsonNode callForMuch(String method, Object... params) throws IOException {
        return result(method, postOnce(method, request(0, method, List.of(params))));
    }

    private JsonNode result(String method, JsonNode answer) throws RefusedException {
        if (!answer.hasNonNull("result")) {
            throw new RefusedException(
                    host() + " answered " + method + " with " + shown(answer), answer.toString());
        }
        return answer.get("result");
    }

    /**
     * What the node knows of something, empty if it says that there is no such thing. Not repeated
     * if it refuses.
     *
     * @throws RefusedException if the node was heard and gives an error
     */
    public Optional<JsonNode> find(String method, Object... params) throws IOException {
        JsonNode answer = post(method, request(0, method, List.of(params)));
        if (answer.path("result").isMissingNode()) {
            throw new RefusedException(host() + " answered " + method + " with " + shown(answer));
        }
        JsonNode result = answer.get("result");
        return result.isNull() ? Optional.empty() : Optional.of(result);
    }

    /**
     * The results of {@code method} for each list of parameters, in their order. A node that
     * answers a part of a batch, or refuses it whole, is asked for the rest in shorter ones.
     */
    public List<JsonNode> callAll(String method, List<List<Object>> paramLists) throws IOException {
        JsonNode[] results = new JsonNode[paramLists.size()];
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            missing.add(i);
        }
        int unheard = 0;
        while (!missing.isEmpty()) {
            List<Integer> asked = missing.subList(0, Math.min(batch.calls(), missing.size()));
            if (asked.size() == 1) {
                results[asked.get(0)] = call(method, paramLists.get(asked.get(0)).toArray());
                missing.remove(0);
                batch.answered(1, 1);
            } else {
                int size = asked.size();
                int before = missing.size();
                unheard = ask(method, paramLists, asked, results, unheard);
                missing.removeIf(i -> results[i] != null);
                batch.answered(size, before - missing.size());
            }
        }
        return List.of(results);
    }

    /**
     * The results of several calls in their order, asked for by one request: so one node answers
     * them, where an address has several behind it. Not repeated if it refuses.
     *
     * @throws RefusedException if the node was heard and does not give one of them
     */
    List<JsonNode> together(Call... asked) throws IOException {
        String method = asked[0].method;
        ArrayNode calls = MAPPER.createArrayNode();
        for (Call one : asked) {
            calls.add(request(calls.size(), one.method, one.params));
        }
        JsonNode answers = postOnce(method, calls);
        JsonNode[] results = new JsonNode[asked.length];
        for (JsonNode answer : answers) {
            int id = answer.path("id").asInt(-1);
            if (id >= 0 && id < results.length && answer.hasNonNull("result")) {
                results[id] = answer.get("result");
            }
        }
        for (JsonNode result : results) {
            if (result == null) {
                throw new RefusedException(
                        host() + " answered " + method + " with " + shown(answers));
            }
        }
        return List.of(results);
    }

    /**
     * A number as nodes write it.
     *
     * @throws RefusedException if it is none
     */
    public static BigInteger quantity(JsonNode number) throws RefusedException {
        String text = number.asText();
        if (!QUANTITY.matcher(text).matches()) {
            throw new RefusedException(
                    "the node gave " + shown(number) + " where a number is due, as 0x1f");
        }
        return new BigInteger(text.substring(2), 16);
    }

    /** What comes is put into {@code results}; how often in a row the node was not heard. */
    private int ask(
            String method,
            List<List<Object>> paramLists,
            List<Integer> asked,
            JsonNode[] results,
            int unheard)
            throws IOException {
        ArrayNode calls = MAPPER.createArrayNode();
        asked.forEach(i -> calls.add(request(i, method, paramLists.get(i))));
        try {
            for (JsonNode answer : postOnce(method, calls)) {
                int id = answer.path("id").asInt(-1);
                if (id >= 0 && id < results.length && answer.hasNonNull("result")) {
                    results[id] = answer.get("result");
                }
            }
            return 0;
        } catch (RefusedException e) {
            return 0; // nothing came, and a shorter one may be taken
        } catch (IOException e) {
            repeat(unheard + 1, e); // its length may be why: a 504, a connection that ends
            return unheard + 1;
        }
    }

    private static ObjectNode request(int id, String method, List<Object> params) {
        ObjectNode call = MAPPER.createObjectNode();
        call.put("jsonrpc", "2.0").put("id", id).put("method", method);
        call.set("params", MAPPER.valueToTree(params));
        return call;
    }

    /** What the node says, asked again a few times if it does not. */
    private JsonNode post(String method, JsonNode body) throws IOException {
        return post(method, body, failure -> true);
    }

    /**
     * The same for who asks for less then: asked again only if that is not the matter, as the node
     * wants to be left alone.
     */
    private JsonNode postOnce(String method, JsonNode body) throws IOException {
        return post(method, body, failure -> failure instanceof LaterException);
    }

    private JsonNode post(String method, JsonNode body, Predicate<IOException> passing)
            throws IOException {
        for (int failures = 1; ; failures++) {
            try {
                return answer(method, body);
            } catch (RefusedException | HttpTimeoutException e) {
                throw e;
            } catch (IOException e) {
                if (!passing.test(e)) {
                    throw e;
                }
                repeat(failures, e);
            }
        }
    }

    /** After a pause, or not at all. */
    private void repeat(int failures, IOException after) throws IOException {
        if (failures == MAX_FAILURES || Thread.currentThread().isInterrupted()) {
            throw after;
        }
        long wanted = after instanceof LaterException later ? later.millis : 0;
        pause(Math.max(pauseMillis << failures, wanted), after);
    }

    private JsonNode answer(String method, JsonNode body) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(timeout)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        MAPPER.writeValueAsBytes(body)))
                        .build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + host() + " answered " + method, e);
        }
        JsonNode answer = json(response);
        boolean later =
                response.statusCode() == TOO_MANY_REQUESTS || response.statusCode() >= BAD_GATEWAY;
        if (answer == null || later) {
            String what =
                    "%s answered %s with status %d: %s"
                            .formatted(host(), method, response.statusCode(), shown(answer));
            long wait = laterMillis(response);
            if (wait > 0 || response.statusCode() == TOO_MANY_REQUESTS) {
                throw new LaterException(what, wait);
            }
            throw later ? new IOException(what) : new RefusedException(what);
        }
        return answer;
    }

    /** What a limiter wants (RFC 9110, 10.2.3), as far as it says it in seconds. */
    private static long laterMillis(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("\\d{1,9}")
                ? Math.min(MAX_LATER_MILLIS, 1_000 * Long.parseLong(seconds))
                : 0;
    }

    /** Host and port of the node. */
    public String host() {
        return uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    private static @Nullable JsonNode json(HttpResponse<byte[]> response) {
        // Nobody asked for it, but something before a node may pack all the same.
        boolean packed =
                response.headers()
                        .firstValue("Content-Encoding")
                        .filter("gzip"::equalsIgnoreCase)
                        .isPresent();
        try (InputStream body = new ByteArrayInputStream(response.body());
                InputStream text = packed ? new GZIPInputStream(body) : body) {
            JsonNode answer = MAPPER.readTree(text);
            return answer == null || !answer.isContainerNode() ? null : answer;
        } catch (IOException e) {
            return null; // a page of something before the node
        }
    }

    private static void pause(long millis, IOException after) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            after.addSuppressed(e);
            throw after;
        }
    }

    static String shown(@Nullable JsonNode node) {
        String text = node == null ? "no JSON" : node.toString();
        return text.length() <= 300 ? text : text.substring(0, 300) + "...";
    }
}
