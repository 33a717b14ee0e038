package io.millrace.local.strange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.local.chaos.proxy.Upstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JSON-RPC endpoint of the loopback interface in front of a node, with the habits of a strange
 * provider. It lies about nothing that counts: blocks, logs, receipts and the vault's state are the
 * node's. Safe for several threads.
 */
public final class StrangeNode implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SELDOM = 50;

    private final Habits habits;
    private final StrangeCalls calls;
    private final Random random;
    private final Limiter limiter;
    private final Upstream node = new Upstream();
    private final ExecutorService threads = Executors.newCachedThreadPool(StrangeNode::thread);
    private final HttpServer server;

    /** Listens on a free port from now on. */
    public StrangeNode(Habits habits, long seed) throws IOException {
        this.habits = habits;
        this.random = new Random(seed);
        this.calls = new StrangeCalls(habits);
        this.limiter = new Limiter(habits.callsAtOnce(), habits.restSeconds());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** Where clients find it. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Passes on to {@code upstream} from now on. */
    public void before(String upstream) {
        node.at(upstream);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = MAPPER.readTree(exchange.getRequestBody());
            pause();
            Refusal refusal = limiter.isTired() ? tooFast() : failure();
            if (refusal == null) {
                refusal = answer(exchange, request);
            }
            if (refusal != null) {
                refusal.write(exchange, request.path("id"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is being closed: the connection ends
        }
    }

    /** Null if it was answered; else what is said to all of it. */
    private @Nullable Refusal answer(HttpExchange exchange, JsonNode request)
            throws IOException, InterruptedException {
        if (!request.isArray()) {
            Refusal refusal = calls.refusal(request);
            if (refusal == null) {
                refusal = write(exchange, one(request));
            }
            return refusal;
        }
        boolean tooLong = request.size() > habits.longestBatch();
        if (tooLong && habits.batch() == Habits.LongBatch.REFUSED) {
            return habits.longBatch();
        }
        List<JsonNode> answers = new ArrayList<>();
        for (JsonNode call : request) {
            if (answers.size() >= habits.longestBatch() && habits.batch() == Habits.LongBatch.CUT) {
                break;
            }
            Refusal refusal = calls.refusal(call);
            if (refusal != null && !refusal.shape().isAnswer()) {
                return refusal;
            }
            ObjectNode answer = refusal == null ? one(call) : refusal.answer(call.path("id"));
            if (answers.size() >= habits.longestBatch()) {
                answer.putNull("id");
            }
            answers.add(answer);
        }
        if (habits.unordered()) {
            synchronized (random) {
                Collections.shuffle(answers, random);
            }
        }
        ArrayNode all = MAPPER.createArrayNode().addAll(answers);
        return write(exchange, all);
    }

    private ObjectNode one(JsonNode call) throws IOException, InterruptedException {
        return calls.changed(call, (ObjectNode) node.ask(call));
    }

    private static @Nullable Refusal write(HttpExchange exchange, JsonNode answer)
            throws IOException {
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        return null;
    }

    /** Now and then, for no reason. */
    private @Nullable Refusal failure() {
        synchronized (random) {
            return random.nextInt(100) < habits.failPercent() ? Refusal.any(random) : null;
        }
    }

    private Refusal tooFast() {
        synchronized (random) {
            return Refusal.tooFast(random, habits.restSeconds());
        }
    }

    private void pause() throws InterruptedException {
        long millis;
        synchronized (random) {
            millis = random.nextInt(1 + habits.delayMillis());
            millis *= random.nextInt(SELDOM) == 0 ? 10 : 1;
        }
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "strange-node");
        thread.setDaemon(true);
        return thread;
    }

    /** Answers a number of calls, then none for some seconds. */
    private static final class Limiter {

        private final int calls;
        private final long restNanos;
        private int made;
        private long tiredUntilNanos = System.nanoTime();

        Limiter(int calls, int restSeconds) {
            this.calls = calls;
            this.restNanos = TimeUnit.SECONDS.toNanos(restSeconds);
        }

        synchronized boolean isTired() {
            long now = System.nanoTime();
            if (now - tiredUntilNanos < 0) {
                return true;
            }
            if (++made > calls) {
                made = 0;
                tiredUntilNanos = now + restNanos;
                return true;
            }
            return false;
        }
    }
}
