package io.millrace.local.bench.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.infer.ModelEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stand-in for a model server such as DJL Serving, whose own artifacts are not part of this
 * build, around the same engine: a text a request, and its way of making batches. A worker takes
 * the request that came first, then those that wait, then waits for more, until the batch is full
 * or its delay has passed; rows are padded to the longest, and a batch fails as a whole.
 *
 * <p>Its threads: some that read and write, and a worker a model, each with a model of its own.
 */
final class HttpModelServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpModelServer.class);
    private static final int CONNECTIONS = 1_024;
    private static final int OK = 200;
    private static final int FAILED = 500;

    private final HttpServer server;
    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final ExecutorService workers;
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final int batch;
    private final long delayNanos;

    private record Waiting(HttpExchange exchange, byte[] text) {}

    /**
     * Starts it on a free port of this machine alone.
     *
     * @param threads that compute at once
     * @param batch most rows of one
     * @param delayMillis for which the first of a batch waits for others
     */
    HttpModelServer(ModelEngine engine, String model, int threads, int batch, long delayMillis)
            throws IOException {
        this.batch = batch;
        this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
        this.workers = Executors.newFixedThreadPool(threads);
        this.server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONNECTIONS);
        server.setExecutor(readers);
        server.createContext("/", this::read);
        for (int i = 0; i < threads; i++) {
            workers.execute(() -> work(engine, model));
        }
        server.start();
    }

    /** Where it takes texts. */
    URI uri() {
        return URI.create(
                "http://"
                        + server.getAddress().getAddress().getHostAddress()
                        + ":"
                        + server.getAddress().getPort()
                        + "/");
    }

    @Override
    public void close() {
        server.stop(0);
        readers.shutdownNow();
        workers.shutdownNow();
    }

    /** The answer is written by a worker. */
    private void read(HttpExchange exchange) throws IOException {
        queue.add(new Waiting(exchange, exchange.getRequestBody().readAllBytes()));
    }

    private void work(ModelEngine engine, String model) {
        try (Worker worker = new Worker(engine, model)) {
            while (!Thread.currentThread().isInterrupted()) {
                serve(worker, take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("model {} cannot be opened", model, e);
        }
    }

    private List<Waiting> take() throws InterruptedException {
        List<Waiting> taken = new ArrayList<>();
        taken.add(queue.take());
        queue.drainTo(taken, batch - 1);
        long end = System.nanoTime() + delayNanos;
        while (taken.size() < batch) {
            Waiting next = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            taken.add(next);
        }
        return taken;
    }

    private static void serve(Worker worker, List<Waiting> waiting) {
        int status = OK;
        List<byte[]> answers;
        try {
            answers = worker.answer(waiting.stream().map(Waiting::text).toList());
        } catch (Exception e) { // whatever it was, whoever waits must learn of it
            LOG.error("a batch of {} failed", waiting.size(), e);
            status = FAILED;
            answers = waiting.stream().map(one -> new byte[0]).toList();
        }
        for (int i = 0; i < waiting.size(); i++) {
            answer(waiting.get(i).exchange, status, answers.get(i));
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] answer) {
        try (exchange) {
            exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
            if (answer.length > 0) {
                exchange.getResponseBody().write(answer);
            }
        } catch (IOException e) {
            LOG.warn("who asked is gone: {}", e.getMessage());
        }
    }
}
