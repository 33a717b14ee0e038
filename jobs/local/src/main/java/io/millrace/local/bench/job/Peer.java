package io.millrace.local.bench.job;

import io.millrace.infer.ModelEngine;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

/**
 * Another way of running the model behind Kafka in Flink: a job that reads texts from {@link #in}
 * and writes embeddings as JSON to {@link #out}, with no thought for money.
 */
public final class Peer implements AutoCloseable {

    private static final int PARALLELISM = 1; // the model's threads are its own
    private static final int IN_FLIGHT = 256;
    private static final long TIMEOUT_MINUTES = 10;

    private final String name;
    private final JobClient job;
    private final Runnable behind;

    private Peer(String name, JobClient job, Runnable behind) {
        this.name = name;
        this.job = job;
        this.behind = behind;
    }

    /** Each record a call of the model, from Flink's own operator for asynchronous calls. */
    public static Peer rowPerCall(
            BenchStack stack, String name, ModelEngine engine, String model, int threads)
            throws Exception {
        JobClient job = submit(stack, name, new RowPerCall(engine, model, threads));
        return new Peer(name, job, () -> {});
    }

    /** The same operator asks an HTTP server around the same engine, which makes batches. */
    public static Peer http(
            BenchStack stack,
            String name,
            ModelEngine engine,
            String model,
            int threads,
            Batching batching)
            throws Exception {
        HttpModelServer server =
                new HttpModelServer(
                        engine, model, threads, batching.rows(), batching.delayMillis());
        boolean started = false;
        try {
            JobClient job = submit(stack, name, new HttpCall(server.uri()));
            started = true;
            return new Peer(name, job, server::close);
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    /**
     * Of a server.
     *
     * @param rows most of a batch
     * @param delayMillis for which its first waits for others
     */
    public record Batching(int rows, long delayMillis) {

        /** Refuses what no server takes. */
        public Batching {
            if (rows < 1 || delayMillis < 0) {
                throw new IllegalArgumentException(
                        "batches of %d rows after %d ms; give at least 1 row and 0 ms"
                                .formatted(rows, delayMillis));
            }
        }
    }

    /** Topic of texts for {@code name}. */
    public static String in(String name) {
        return "bench." + name + ".in";
    }

    /** Topic of its answers. */
    public static String out(String name) {
        return "bench." + name + ".out";
    }

    /** What it was called. */
    public String name() {
        return name;
    }

    @Override
    public void close() {
        job.cancel().orTimeout(TIMEOUT_MINUTES, TimeUnit.MINUTES).join();
        behind.run();
    }

    private static JobClient submit(
            BenchStack stack, String name, RichAsyncFunction<byte[], byte[]> calls)
            throws Exception {
        stack.create(List.of(in(name), out(name)));
        KafkaPipe pipe =
                new KafkaPipe(
                        name,
                        stack.stack().file().bootstrapServers(),
                        in(name),
                        out(name),
                        PARALLELISM);
        return stack.submit(
                name,
                env -> {
                    DataStream<byte[]> answers =
                            AsyncDataStream.unorderedWait(
                                            pipe.read(env),
                                            calls,
                                            TIMEOUT_MINUTES,
                                            TimeUnit.MINUTES,
                                            IN_FLIGHT)
                                    .setParallelism(PARALLELISM)
                                    .uid(name + "-calls")
                                    .name(name + "-calls");
                    pipe.write(answers);
                });
    }
}
