package io.millrace.infer;

import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loaded model of one provider on one device, shared by all subtasks of the process: their rows
 * meet in one scheduler and run in common batches. Opened with the first lease, closed with the
 * last.
 *
 * <p>Guarantee: every submitted row gets exactly one callback, also when its lease is closed or the
 * engine breaks. A batch that fails is halved until the row at fault fails alone; then a known row
 * is run, so that a broken engine is not blamed on the rows.
 *
 * <p>A call of the model that does not return cannot be ended: its thread stays. Then the subtasks
 * fail, and if the thread is still there when they come back the process ends, so that another one
 * takes its place.
 *
 * <p>Threads: the pool's own thread opens, uses and closes the runner and runs the callbacks,
 * except {@code cancelled} and those of rows submitted to a broken pool, which run on the caller's.
 * What they share is in the {@link RowQueue}; the registry and the leases are guarded by the class.
 */
final class ModelPool {

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);
    private static final long CLOSE_TIMEOUT_MILLIS = 30_000;
    private static final long WATCH_MILLIS = 1_000; // between two looks while a model opens
    private static final Map<Key, ModelPool> OPEN = new HashMap<>();
    private static final List<ModelPool> HUNG = new ArrayList<>(); // guarded by the class

    /**
     * What is shared. Subtasks with other limits do not share.
     *
     * @param providerAccount whose node this is
     * @param device as the engine names it
     */
    record Key(String model, String device, int providerAccount, Limits limits) {}

    private final Key key;
    private final ModelEngine engine;
    private final Thread thread;
    private int leases; // guarded by the class

    private final CostModel cost = new CostModel(); // the pool's thread alone
    private final RowQueue queue;
    private final WatchedRunner runner = new WatchedRunner();
    private volatile boolean hung;

    private ModelPool(Key key, ModelEngine engine, Clock clock) {
        this.key = key;
        this.engine = engine;
        this.queue = new RowQueue(new BatchScheduler(key.limits, cost), clock);
        this.thread = new Thread(this::run, "infer-" + key.providerAccount + "-" + key.model);
        this.thread.setDaemon(true);
    }

    /**
     * A share of the pool named {@code key}, whose model opens meanwhile.
     *
     * @param engine opens the model if this is the first lease
     * @param clock tells which deadlines have passed
     * @throws InternalError if a model of this process hangs; Flink then ends the process at once
     */
    static Lease join(Key key, ModelEngine engine, Clock clock) {
        synchronized (ModelPool.class) {
            requireNoneHung();
            @Nullable ModelPool open = OPEN.get(key);
            if (open == null || open.queue.failure() != null) {
                open = new ModelPool(key, engine, clock);
                OPEN.put(key, open);
                open.thread.start();
            }
            open.leases++;
            return open.new Lease();
        }
    }

    /**
     * The same, once its model is loaded and warm.
     *
     * @param maxRunMillis longest run of a batch, also of the warm-up; loading may take ten times
     *     as long
     * @throws IOException if the model cannot be loaded
     * @throws IllegalStateException if its loading or its warm-up hangs
     */
    static Lease acquire(Key key, ModelEngine engine, Clock clock, long maxRunMillis)
            throws IOException, InterruptedException {
        Lease lease = join(key, engine, clock);
        try {
            while (!lease.isReady() && lease.failure() == null) {
                lease.await();
                lease.requireAlive(maxRunMillis);
            }
            @Nullable Throwable failure = lease.failure();
            if (failure != null) {
                throw new IOException("model " + key.model + " cannot be opened", failure);
            }
            return lease;
        } catch (IOException | InterruptedException | RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    private static void requireNoneHung() {
        HUNG.removeIf(pool -> !pool.isInCall());
        if (!HUNG.isEmpty()) {
            // Flink calls this error fatal and halts the process, without waiting for its threads.
            throw new InternalError(
                    "model %s still hangs in native code, which nothing can interrupt; this process ends, and a new one goes on"
                            .formatted(HUNG.get(0).key.model));
        }
    }

    /** A subtask's share of the pool. Used by that subtask's thread alone. */
    final class Lease implements AutoCloseable {

        private boolean open = true;
        private boolean drains;

        /**
         * Queues a row. {@code completion} will learn how it ended.
         *
         * @param tokens at most the model's longest row
         */
        void submit(
                long[] tokens,
                long deadlineMillis,
                String requesterAddress,
                Completion completion) {
            @Nullable Throwable cause =
                    queue.add(
                            this,
                            new BatchRun.Input(tokens, completion),
                            deadlineMillis,
                            requesterAddress);
            if (cause != null) {
                completion.broken(cause);
            }
        }

        /** Whether the model is loaded and warm, or was before it was out of order. */
        boolean isReady() {
            return queue.isReady();
        }

        /** Why the model is out of order, or does not open; null if neither is so. */
        @Nullable Throwable failure() {
            return queue.failure();
        }

        private void await() throws InterruptedException {
            queue.await(WATCH_MILLIS);
        }

        /** Tells that no rows are to come, so that batches need not wait for any. */
        void drain() {
            if (!drains) {
                drains = true;
                queue.drain(1);
            }
        }

        /** By how much the foreseen times of batches were off of late, in percent. */
        long costErrorPercent() {
            return Math.round(cost.error() * 100);
        }

        /** Rows of all leases that wait for a batch. */
        int queued() {
            return queue.size();
        }

        /**
         * Looks whether the model is still at work.
         *
         * @throws IllegalStateException if its call has run for longer than {@code maxRunMillis}
         */
        void requireAlive(long maxRunMillis) {
            ModelPool.this.requireAlive(maxRunMillis);
        }

        /**
         * Gives the share back, and with the last one waits until the model is closed. Rows still
         * queued are cancelled; rows in the model will end.
         */
        @Override
        public void close() {
            leave(hung ? 1 : CLOSE_TIMEOUT_MILLIS);
        }

        /** The same without waiting: the model closes meanwhile. */
        void leave() {
            leave(0);
        }

        private void leave(long waitMillis) {
            if (!open) {
                return;
            }
            open = false;
            if (drains) {
                queue.drain(-1);
            }
            queue.remove(this).forEach(row -> row.completion().cancelled());
            release(waitMillis);
        }
    }

    private void release(long waitMillis) {
        synchronized (ModelPool.class) {
            leases--;
            if (leases > 0) {
                return;
            }
            OPEN.remove(key, this);
            if (hung) {
                HUNG.add(this);
            }
        }
        queue.close();
        if (waitMillis == 0) {
            return;
        }
        try {
            thread.join(waitMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the pool's thread ends by itself
        }
        if (thread.isAlive()) {
            LOG.warn("model {} is still busy and will close after its batch", key.model);
        }
    }

    private void requireAlive(long maxRunMillis) {
        WatchedRunner.Call call = runner.call();
        if (call != null && call.millis() > call.maxMillis(maxRunMillis)) {
            hung = true;
            throw call.hung(key.model, maxRunMillis);
        }
    }

    private boolean isInCall() {
        return runner.call() != null;
    }

    private void run() {
        try (WatchedRunner watched = runner) {
            watched.open(engine, key.model);
            long[] probe;
            try (RowTokenizer tokenizer = engine.tokenizer(key.model)) {
                probe = tokenizer.tokens("warm up");
            }
            BatchRun batchRun = new BatchRun(watched, probe, cost);
            batchRun.warmUp(WarmUp.shapes(key.limits));
            queue.ready();
            LOG.info(
                    "model {} opened on {} for provider {}: {}",
                    key.model,
                    key.device,
                    key.providerAccount,
                    cost);
            for (RowQueue.Batch batch = queue.take(); batch != null; batch = queue.take()) {
                batch.expired().forEach(row -> row.completion().expired());
                if (batch.reason() != null) {
                    batchRun.run(batch.reason(), batch.rows());
                }
            }
            LOG.info("model {} closes on {}", key.model, key.device);
        } catch (Throwable t) { // whatever it was, rows and callers must learn of it
            fail(t);
        }
    }

    private void fail(Throwable cause) {
        LOG.error(
                "model {} on {} for provider {} {}",
                key.model,
                key.device,
                key.providerAccount,
                queue.isReady() ? "is out of order: its tasks fail over" : "does not open",
                cause);
        queue.fail(cause).forEach(row -> row.completion().broken(cause));
    }
}
