package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Stands before a node and does to its calls what rules say; the first rule that matches counts,
 * calls without one pass untouched. Rules match one call of a batch; an ending that is not whole
 * ends the whole reply. Listens on a free loopback port. Safe for several threads.
 */
public final class RpcProxy implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final URI upstream;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<JsonNode> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private RpcProxy(String upstream) throws IOException {
        this.upstream = URI.create(upstream);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A proxy of the node at {@code upstream}. */
    public static RpcProxy to(String upstream) {
        try {
            return new RpcProxy(upstream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which calls a fault hits. */
    public final class Rule {
        private final String method;
        private Predicate<JsonNode> params = any -> true;
        private int passing;
        private int left = Integer.MAX_VALUE;
        private int every = 1;
        private int seen;
        private RpcFault fault = (request, node) -> RpcFault.Reply.of(node.answer(request));

        private Rule(String method) {
            this.method = method;
        }

        /** Only calls with such parameters. */
        public Rule where(Predicate<JsonNode> condition) {
            params = condition;
            return this;
        }

        /** Not the first {@code count} calls. */
        public Rule after(int count) {
            passing = count;
            return this;
        }

        /** No more than {@code count} calls. */
        public Rule times(int count) {
            left = count;
            return this;
        }

        /** Only every n-th call. */
        public Rule every(int n) {
            every = n;
            return this;
        }

        /** From now on. */
        public void then(RpcFault what) {
            fault = what;
            rules.add(this);
        }

        private synchronized boolean hits(JsonNode request) {
            boolean matches =
                    (method.equals("*") || method.equals(request.path("method").asText()))
                            && params.test(request.path("params"));
            if (!matches) {
                return false;
            }
            seen++;
            if (seen <= passing || left == 0 || (seen - passing) % every != 0) {
                return false;
            }
            left--;
            return true;
        }
    }

    /** A rule for calls of one method, or of all with "*"; {@link Rule#then} puts it in force. */
    public Rule on(String method) {
        return new Rule(method);
    }

    /** Forgets all rules. */
    public void heal() {
        rules.clear();
    }

    /** Its address. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token-of-the-test";
    }

    /** Parameters of the calls of a method so far. */
    public List<JsonNode> calls(String method) {
        return calls.stream()
                .filter(it -> method.equals(it.path("method").asText()))
                .map(it -> it.path("params"))
                .toList();
    }

    /** Asks the node behind, without any rule. */
    public JsonNode forward(JsonNode request) throws IOException {
        HttpRequest post =
                HttpRequest.newBuilder(upstream)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        MAPPER.writeValueAsBytes(request)))
                        .build();
        try {
            return MAPPER.readTree(http.send(post, HttpResponse.BodyHandlers.ofByteArray()).body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            JsonNode request = MAPPER.readTree(exchange.getRequestBody());
            if (!request.isArray()) {
                send(exchange, reply(request));
                return;
            }
            ArrayNode answers = MAPPER.createArrayNode();
            for (JsonNode each : request) {
                RpcFault.Reply reply = reply(each);
                if (reply.ending() != RpcFault.Ending.WHOLE || reply.status() != 200) {
                    send(exchange, reply);
                    return;
                }
                answers.add(reply.answer());
            }
            send(exchange, RpcFault.Reply.of(answers));
        } finally {
            exchange.close();
        }
    }

    private RpcFault.Reply reply(JsonNode request) throws IOException {
        calls.add(request);
        for (Rule rule : rules) {
            if (rule.hits(request)) {
                return rule.fault.apply(request, this::forward);
            }
        }
        return RpcFault.Reply.of(forward(request));
    }

    private void send(HttpExchange exchange, RpcFault.Reply reply) throws IOException {
        byte[] body = MAPPER.writeValueAsBytes(reply.answer());
        if (reply.ending() == RpcFault.Ending.NOTHING) {
            return; // closing an exchange without headers ends the connection
        }
        exchange.sendResponseHeaders(reply.status(), body.length);
        OutputStream out = exchange.getResponseBody();
        boolean whole = reply.ending() == RpcFault.Ending.WHOLE;
        out.write(body, 0, whole ? body.length : body.length / 2);
        out.flush();
        if (reply.ending() == RpcFault.Ending.STALLED) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
