package io.millrace.local.bench.job;

import io.millrace.infer.ModelEngine;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Flink offers by itself: each record a call of the model of its own, some at once. In: UTF-8
 * text. Out: its embedding as JSON.
 */
final class RowPerCall extends RichAsyncFunction<byte[], byte[]> {

    private static final long serialVersionUID = 1L;

    private final ModelEngine engine;
    private final String model;
    private final int threads;

    private transient @Nullable ExecutorService executor;
    private transient @Nullable LinkedBlockingQueue<Worker> free;

    RowPerCall(ModelEngine engine, String model, int threads) {
        this.engine = engine;
        this.model = model;
        this.threads = threads;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        free = new LinkedBlockingQueue<>();
        for (int i = 0; i < threads; i++) {
            free.add(new Worker(engine, model));
        }
        executor = Executors.newFixedThreadPool(threads, task -> new Thread(task, "bench-row"));
    }

    @Override
    public void asyncInvoke(byte[] text, ResultFuture<byte[]> result) {
        ExecutorService threadsOfModel = executor;
        LinkedBlockingQueue<Worker> workers = free;
        if (threadsOfModel == null || workers == null) {
            throw new IllegalStateException("not open");
        }
        threadsOfModel.execute(
                () -> {
                    try {
                        Worker worker = workers.take(); // one a thread: never waits
                        try {
                            result.complete(worker.answer(List.of(text)));
                        } finally {
                            workers.add(worker);
                        }
                    } catch (Exception e) { // whatever it was, the job must learn of it
                        result.completeExceptionally(e);
                    }
                });
    }

    @Override
    public void close() throws Exception {
        if (executor != null) {
            executor.shutdownNow();
        }
        if (free != null) {
            free.forEach(Worker::close);
        }
    }
}
