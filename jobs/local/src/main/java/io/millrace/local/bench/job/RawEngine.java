package io.millrace.local.bench.job;

import io.millrace.infer.ModelEngine;
import io.millrace.infer.ModelRunner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A model by itself on threads, each with a runner of its own. Used by one thread; its threads meet
 * in nothing but the number of the next batch.
 */
public final class RawEngine implements AutoCloseable {

    /** How the names of its threads begin. */
    public static final String THREADS = "bench-raw-";

    /** Beyond it, batches do not pay on a CPU. */
    private static final int BATCH_TOKENS = 512;

    private final List<Worker> workers = new ArrayList<>();

    /** One thread and what only it touches. */
    private static final class Worker {

        private final ExecutorService thread;
        private @Nullable ModelRunner runner;

        Worker(int number) {
            thread = Executors.newSingleThreadExecutor(task -> new Thread(task, THREADS + number));
        }

        /** On its own thread, as all that is done with a runner. */
        void closeRunner() {
            if (runner != null) {
                runner.close();
                runner = null;
            }
        }
    }

    /**
     * Loads it.
     *
     * @param threads how many compute at once
     */
    public RawEngine(ModelEngine engine, String model, int threads) throws Exception {
        for (int i = 0; i < threads; i++) {
            workers.add(new Worker(i));
        }
        onEach(
                worker -> {
                    worker.runner = engine.runner(model);
                });
    }

    /**
     * Runs {@code batches}, one after the other as a thread comes free.
     *
     * @throws ExecutionException if a batch fails
     */
    public void run(List<long[][]> batches) throws Exception {
        AtomicInteger next = new AtomicInteger();
        onEach(
                worker -> {
                    ModelRunner runner = worker.runner;
                    if (runner == null) {
                        throw new IllegalStateException("the engine is closed");
                    }
                    for (int i = next.getAndIncrement();
                            i < batches.size();
                            i = next.getAndIncrement()) {
                        float[][] unused = runner.run(batches.get(i));
                    }
                });
    }

    /** Ideal batches: rows of one length together, long ones first, nothing to be padded. */
    public static List<long[][]> equalLengths(List<long[]> rows) {
        List<long[]> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparingInt((long[] row) -> row.length).reversed());
        List<long[][]> batches = new ArrayList<>();
        List<long[]> batch = new ArrayList<>();
        for (long[] row : sorted) {
            boolean fits =
                    batch.isEmpty()
                            || (batch.get(0).length == row.length
                                    && (batch.size() + 1) * row.length <= BATCH_TOKENS);
            if (!fits) {
                batches.add(batch.toArray(new long[0][]));
                batch.clear();
            }
            batch.add(row);
        }
        if (!batch.isEmpty()) {
            batches.add(batch.toArray(new long[0][]));
        }
        return batches;
    }

    @Override
    public void close() {
        for (Worker worker : workers) {
            worker.thread.execute(worker::closeRunner);
            worker.thread.shutdown();
        }
    }

    private interface Work {
        void on(Worker worker) throws Exception;
    }

    private void onEach(Work work) throws Exception {
        List<Future<?>> ends = new ArrayList<>();
        for (Worker worker : workers) {
            Callable<Boolean> call =
                    () -> {
                        work.on(worker);
                        return true;
                    };
            ends.add(worker.thread.submit(call));
        }
        for (Future<?> end : ends) {
            end.get();
        }
    }
}
