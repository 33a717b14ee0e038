package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A JSON-RPC endpoint on the loopback interface that passes every call on to a node, except where a
 * rule says otherwise, and remembers what it saw. Batches are taken apart: each call meets the
 * rules by itself, and a broken connection or a bare HTTP status of one is that of the whole batch.
 * Safe for several threads.
 */
public final class RpcFaultProxy implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(10);

    private final String upstream;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool(RpcFaultProxy::thread);
    private final List<FaultRule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
    private final List<RpcCall> received = new CopyOnWriteArrayList<>();
    private final List<RpcCall> forwarded = new CopyOnWriteArrayList<>();
    private final int port;
    private HttpServer server;
    private boolean listening;
    private volatile BatchFault batchFault = BatchFault.NONE;
    private volatile CountDownLatch healed = new CountDownLatch(1);

    private RpcFaultProxy(String upstream) throws IOException {
        this.upstream = upstream;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
        this.listening = true;
    }

    /** A proxy in front of the node at {@code upstream}, on a free port. */
    public static RpcFaultProxy before(String upstream) {
        try {
            return new RpcFaultProxy(upstream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients find it. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** A rule for calls of {@code method}. */
    public FaultRule on(String method) {
        return new FaultRule(this, call -> call.method().equals(method));
    }

    /** A rule for all calls. */
    public FaultRule onAny() {
        return new FaultRule(this, call -> true);
    }

    /** The call is passed on, to another node than this proxy's. */
    public Fault answeredBy(String otherUpstream) {
        return (call, node) -> forward(otherUpstream, call);
    }

    /** Nothing comes back until {@link #heal}; the node hears of the call first if {@code acts}. */
    public Fault stall(boolean acts) {
        CountDownLatch until = healed; // of now: a call that comes while it heals must not miss it
        return (call, node) -> {
            Reply.Answer early = acts ? node.forward() : null;
            await(until);
            return early == null ? new Reply.HangUp() : early;
        };
    }

    /** Nobody listens any more: connections are refused until {@link #heal}. */
    public synchronized void refuseConnections() {
        if (listening) {
            server.stop(0);
            listening = false;
        }
    }

    /** All faults end, what is stalled goes on, and connections are taken again. */
    public synchronized void heal() {
        rules.clear();
        batchFault = BatchFault.NONE;
        healed.countDown();
        healed = new CountDownLatch(1);
        if (!listening) {
            try {
                server = listen(port);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            listening = true;
        }
    }

    /** What becomes of the answers to every batch, until {@link #heal}. */
    public void onBatches(BatchFault fault) {
        batchFault = fault;
    }

    /** All calls that clients made, in order. */
    public List<RpcCall> received() {
        return List.copyOf(received);
    }

    /** Calls of {@code method} that clients made, in order. */
    public List<RpcCall> received(String method) {
        return received.stream().filter(call -> call.method().equals(method)).toList();
    }

    /** Calls of {@code method} that reached this proxy's own node, or another one, in order. */
    public List<RpcCall> forwarded(String method) {
        return forwarded.stream().filter(call -> call.method().equals(method)).toList();
    }

    /**
     * Every signed transaction that a client sent, as often as it did, whether it arrived or not.
     */
    public List<String> rawTransactions() {
        return received("eth_sendRawTransaction").stream().map(call -> call.text(0)).toList();
    }

    void enforce(FaultRule rule) {
        rules.add(0, rule);
    }

    private HttpServer listen(int onPort) throws IOException {
        HttpServer made =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 0);
        made.createContext("/", this::serve);
        made.setExecutor(threads);
        made.start();
        return made;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = MAPPER.readTree(exchange.getRequestBody());
            if (!body.isArray()) {
                write(exchange, reply(body));
                return;
            }
            ArrayNode answers = MAPPER.createArrayNode();
            for (JsonNode request : body) {
                Reply reply = reply(request);
                if (!(reply instanceof Reply.Answer answer)) {
                    write(exchange, reply);
                    return;
                }
                answers.add(answer.json());
            }
            write(exchange, batchFault.reply(answers));
        }
    }

    private Reply reply(JsonNode request) {
        String method = request.path("method").asText();
        long nth = counts.computeIfAbsent(method, m -> new AtomicLong()).incrementAndGet();
        RpcCall call = new RpcCall(method, request.path("params"), nth);
        received.add(call);
        Reply reply;
        try {
            reply = faultFor(call).reply(call, () -> forward(upstream, call));
        } catch (IOException e) {
            return new Reply.Plain(502, "bad gateway");
        }
        if (reply instanceof Reply.Answer answer) {
            answer.json().put("jsonrpc", "2.0").set("id", request.path("id"));
        } else if (reply instanceof Reply.Half half) {
            half.json().put("jsonrpc", "2.0").set("id", request.path("id"));
        }
        return reply;
    }

    private Fault faultFor(RpcCall call) {
        for (FaultRule rule : rules) {
            if (rule.takes(call)) {
                return rule.fault();
            }
        }
        return Faults.pass();
    }

    private Reply.Answer forward(String node, RpcCall call) throws IOException {
        forwarded.add(call);
        ObjectNode request = MAPPER.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", call.nth()).put("method", call.method());
        request.set("params", call.params());
        try {
            HttpResponse<byte[]> response =
                    http.send(
                            HttpRequest.newBuilder(URI.create(node))
                                    .timeout(NODE_TIMEOUT)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(request)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            return new Reply.Answer(MAPPER.readValue(response.body(), ObjectNode.class));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the proxy is being closed", e);
        }
    }

    private static void write(HttpExchange exchange, Reply reply) throws IOException {
        if (reply instanceof Reply.Answer answer) {
            write(exchange, 200, bytes(answer.json()), false);
        } else if (reply instanceof Reply.Answers answers) {
            write(exchange, 200, bytes(answers.json()), false);
        } else if (reply instanceof Reply.Half half) {
            write(exchange, 200, bytes(half.json()), true);
        } else if (reply instanceof Reply.Plain plain) {
            write(exchange, plain.status(), plain.body().getBytes(StandardCharsets.UTF_8), false);
        } // else: closing an exchange without an answer ends the connection
    }

    private static void write(HttpExchange exchange, int status, byte[] body, boolean half)
            throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body, 0, half ? body.length / 2 : body.length);
        exchange.getResponseBody().flush();
    }

    private static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the proxy is being closed", e);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "rpc-fault-proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void close() {
        healed.countDown();
        server.stop(0);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a call of the proxy did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
