package io.millrace.audit.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A plain JSON-RPC client: one method, many parameter lists, in batches over one connection. */
public final class JsonRpc {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int BATCH = 100;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI uri;

    public JsonRpc(String url) {
        uri = URI.create(url);
    }

    /** The result of {@code method}, never null. */
    public JsonNode call(String method, Object... params) throws IOException {
        return callAll(method, List.of(List.of(params))).get(0);
    }

    /** The results of {@code method} for each list of parameters, in their order. */
    public List<JsonNode> callAll(String method, List<List<Object>> paramLists) throws IOException {
        List<JsonNode> results = new ArrayList<>();
        for (int from = 0; from < paramLists.size(); from += BATCH) {
            int to = Math.min(from + BATCH, paramLists.size());
            results.addAll(batch(method, paramLists.subList(from, to)));
        }
        return results;
    }

    private List<JsonNode> batch(String method, List<List<Object>> paramLists) throws IOException {
        ArrayNode calls = MAPPER.createArrayNode();
        for (int id = 0; id < paramLists.size(); id++) {
            ObjectNode call = calls.addObject();
            call.put("jsonrpc", "2.0").put("id", id).put("method", method);
            call.set("params", MAPPER.valueToTree(paramLists.get(id)));
        }
        JsonNode[] results = new JsonNode[paramLists.size()];
        for (JsonNode answer : post(method, calls)) {
            int id = answer.path("id").asInt(-1);
            if (id < 0 || id >= results.length || !answer.hasNonNull("result")) {
                throw new IOException(uri + " answered " + method + " with " + shown(answer));
            }
            results[id] = answer.get("result");
        }
        for (int id = 0; id < results.length; id++) {
            if (results[id] == null) {
                throw new IOException(uri + " left " + method + paramLists.get(id) + " unanswered");
            }
        }
        return List.of(results);
    }

    private JsonNode post(String method, ArrayNode calls) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        MAPPER.writeValueAsBytes(calls)))
                        .build();
        HttpResponse<byte[]> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + uri + " answered " + method, e);
        }
        JsonNode answers = MAPPER.readTree(response.body());
        if (response.statusCode() != 200 || !answers.isArray()) {
            throw new IOException(
                    "%s answered %s with status %d: %s"
                            .formatted(uri, method, response.statusCode(), shown(answers)));
        }
        return answers;
    }

    private static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() <= 300 ? text : text.substring(0, 300) + "...";
    }
}
