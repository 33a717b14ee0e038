package io.millrace.local.chaos.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON-RPC endpoint on the loopback interface that passes every call on to a node, within the
 * limits it has at the moment. Safe for several threads.
 */
public final class NodeProxy implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Upstream node = new Upstream();
    private final ExecutorService threads = Executors.newCachedThreadPool(NodeProxy::thread);
    private final HttpServer server;
    private volatile @Nullable LimitedNode limited;
    private volatile CountDownLatch speaks = new CountDownLatch(0);

    /** Listens on a free port from now on. */
    public NodeProxy() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** Where clients find {@code upstream} from now on. */
    public String before(String upstream) {
        node.at(upstream);
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers nothing any more. */
    public void silence() {
        speaks = new CountDownLatch(1);
    }

    /** Answers again, within {@code limits}. */
    public void enforce(Limits limits) {
        limited = new LimitedNode(limits);
        speaks.countDown();
    }

    /** Answers everything. */
    public void heal() {
        limited = null;
        speaks.countDown();
    }

    @Override
    public void close() {
        speaks.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            speaks.await();
            write(exchange, answer(MAPPER.readTree(exchange.getRequestBody())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is being closed: the connection ends
        }
    }

    /**
     * @param answer null if the node is away
     */
    private static void write(HttpExchange exchange, @Nullable JsonNode answer) throws IOException {
        if (answer == null) {
            exchange.sendResponseHeaders(502, -1);
            return;
        }
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private @Nullable JsonNode answer(JsonNode request) throws InterruptedException {
        LimitedNode limits = limited;
        try {
            return limits == null ? node.ask(request) : within(limits, request);
        } catch (IOException e) {
            return null;
        }
    }

    private JsonNode within(LimitedNode limits, JsonNode request)
            throws IOException, InterruptedException {
        if (!request.isArray()) {
            return answer(limits, request);
        }
        if (limits.refuses(request)) {
            return limits.refusal(MAPPER.nullNode());
        }
        ArrayNode answers = MAPPER.createArrayNode();
        for (JsonNode call : limits.taken(request)) {
            answers.add(answer(limits, call));
        }
        return answers;
    }

    private JsonNode answer(LimitedNode limits, JsonNode call)
            throws IOException, InterruptedException {
        return limits.refuses(call)
                ? limits.refusal(call.path("id"))
                : limits.changed(call.path("method").asText(), (ObjectNode) node.ask(call));
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "node-proxy");
        thread.setDaemon(true);
        return thread;
    }
}
