package io.millrace.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Before a node: what it is told to do it does, and of some calls the answer is lost on the way.
 */
final class ForgetfulNode implements AutoCloseable {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpServer server;
    private final URI node;
    private final Map<String, Integer> losses = new ConcurrentHashMap<>();

    ForgetfulNode(String url) throws IOException {
        node = URI.create(url);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next {@code count} answers to {@code method} are lost. */
    void lose(String method, int count) {
        losses.merge(method, count, Integer::sum);
    }

    /** Whether all have been lost that were to be. */
    boolean isDone() {
        return losses.isEmpty();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] asked = exchange.getRequestBody().readAllBytes();
            byte[] answer = forward(asked);
            JsonNode method = MAPPER.readTree(asked).path("method");
            if (isLost(method.asText())) {
                exchange.sendResponseHeaders(504, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private boolean isLost(String method) {
        boolean lost = losses.containsKey(method);
        losses.computeIfPresent(method, (key, left) -> left == 1 ? null : left - 1);
        return lost;
    }

    private byte[] forward(byte[] asked) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(node)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(asked))
                        .build();
        try {
            return http.send(request, BodyHandlers.ofByteArray()).body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("closed", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
