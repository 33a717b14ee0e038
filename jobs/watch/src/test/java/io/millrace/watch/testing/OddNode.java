package io.millrace.watch.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON-RPC endpoint of the loopback interface in front of a node, whose habits a test decides.
 * Batches are taken apart: each call meets the habit by itself, and a connection that breaks at one
 * breaks for all.
 */
public final class OddNode implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI upstream;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile Habit habit = (call, node) -> node.answer(call);

    /** What comes back for a call. */
    @FunctionalInterface
    public interface Habit {

        /** An answer as JSON text; null breaks the connection. */
        @Nullable String answer(JsonNode call, Upstream node) throws IOException;
    }

    /** The node behind. */
    @FunctionalInterface
    public interface Upstream {

        /** What it answers. */
        String answer(JsonNode call) throws IOException;
    }

    private OddNode(String upstream) throws IOException {
        this.upstream = URI.create(upstream);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** One that has no habit yet. */
    public static OddNode before(EvmNode node) throws IOException {
        return new OddNode(node.url());
    }

    /** Where it listens. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on. */
    public void has(Habit next) {
        habit = next;
    }

    /** Passes on everything from now on. */
    public void heal() {
        has((call, node) -> node.answer(call));
    }

    /** An error in these words. */
    public static String error(JsonNode call, String error) {
        return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":%s}".formatted(call.path("id"), error);
    }

    /** A result, as JSON text. */
    public static String result(JsonNode call, String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}".formatted(call.path("id"), result);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode asked = MAPPER.readTree(exchange.getRequestBody());
            List<String> answers = new ArrayList<>();
            for (JsonNode call : asked.isArray() ? asked : List.of(asked)) {
                String answer = habit.answer(call, this::forward);
                if (answer == null) {
                    return; // closed without a word
                }
                answers.add(answer);
            }
            byte[] body =
                    (asked.isArray()
                                    ? answers.stream().collect(Collectors.joining(",", "[", "]"))
                                    : answers.get(0))
                            .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private String forward(JsonNode call) throws IOException {
        try {
            return http.send(
                            HttpRequest.newBuilder(upstream)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(call.toString()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
