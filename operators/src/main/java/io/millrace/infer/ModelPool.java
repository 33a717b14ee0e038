package io.millrace.infer;

import io.millrace.infer.batch.BatchRow;
import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.batch.BatchScheduler.Decision;
import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.BatchScheduler.Reason;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
 * The queue, leases and state are guarded by {@code lock}; the registry by the class. The lock is
 * never held while the model runs or a callback is called.
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

    private record Waiting(Lease lease, BatchRun.Input input) {}

    private record Batch(
            @Nullable Reason reason, List<BatchRun.Input> rows, List<BatchRun.Input> expired) {}

    private final Key key;
    private final ModelEngine engine;
    private final Clock clock;
    private final Thread thread;
    private int leases; // guarded by the class

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CostModel cost = new CostModel(); // the pool's thread alone
    private final BatchScheduler scheduler;
    private final Map<BatchRow, Waiting> waiting = new HashMap<>();
    private long nextRow;
    private int draining;
    private boolean ready;
    private boolean closed;
    private @Nullable Throwable failure;
    private final WatchedRunner runner = new WatchedRunner();
    private volatile boolean hung;

    private ModelPool(Key key, ModelEngine engine, Clock clock) {
        this.key = key;
        this.engine = engine;
        this.clock = clock;
        this.scheduler = new BatchScheduler(key.limits, cost);
        this.thread = new Thread(this::run, "infer-" + key.providerAccount + "-" + key.model);
        this.thread.setDaemon(true);
    }

    /**
     * A share of the pool named {@code key}, once its model is loaded and warm.
     *
     * @param engine opens the model if this is the first lease
     * @param clock tells which deadlines have passed
     * @param maxRunMillis longest run of a batch, also of the warm-up; loading may take ten times
     *     as long
     * @throws IOException if the model cannot be loaded
     * @throws IllegalStateException if its loading or its warm-up hangs
     * @throws InternalError if a model of this process hangs; Flink then ends the process at once
     */
    static Lease acquire(Key key, ModelEngine engine, Clock clock, long maxRunMillis)
            throws IOException, InterruptedException {
        ModelPool pool;
        synchronized (ModelPool.class) {
            requireNoneHung();
            @Nullable ModelPool open = OPEN.get(key);
            if (open == null || open.hasFailed()) {
                open = new ModelPool(key, engine, clock);
                OPEN.put(key, open);
                open.thread.start();
            }
            pool = open;
            pool.leases++;
        }
        try {
            pool.awaitReady(maxRunMillis);
        } catch (IOException | InterruptedException | RuntimeException e) {
            pool.release();
            throw e;
        }
        return pool.new Lease();
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
            @Nullable Throwable cause;
            lock.lock();
            try {
                cause = failure;
                if (cause == null) {
                    BatchRow row =
                            new BatchRow(
                                    nextRow++,
                                    tokens.length,
                                    deadlineMillis,
                                    requesterAddress,
                                    System.nanoTime());
                    scheduler.add(row);
                    waiting.put(row, new Waiting(this, new BatchRun.Input(tokens, completion)));
                    changed.signal();
                }
            } finally {
                lock.unlock();
            }
            if (cause != null) {
                completion.broken(cause);
            }
        }

        /** Tells that no rows are to come, so that batches need not wait for any. */
        void drain() {
            lock.lock();
            try {
                if (!drains) {
                    drains = true;
                    draining++;
                    changed.signal();
                }
            } finally {
                lock.unlock();
            }
        }

        /** By how much the foreseen times of batches were off of late, in percent. */
        long costErrorPercent() {
            return Math.round(cost.error() * 100);
        }

        /** Rows of all leases that wait for a batch. */
        int queued() {
            lock.lock();
            try {
                return waiting.size();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Looks whether the model is still at work.
         *
         * @throws IllegalStateException if its call has run for longer than {@code maxRunMillis}
         */
        void requireAlive(long maxRunMillis) {
            ModelPool.this.requireAlive(maxRunMillis);
        }

        /** Gives the share back. Rows still queued are cancelled; rows in the model will end. */
        @Override
        public void close() {
            if (!open) {
                return;
            }
            open = false;
            List<Waiting> cancelled = new ArrayList<>();
            lock.lock();
            try {
                draining -= drains ? 1 : 0;
                for (BatchRow row : List.copyOf(waiting.keySet())) {
                    Waiting entry = waiting.get(row);
                    if (entry != null && entry.lease == this) {
                        scheduler.remove(row);
                        waiting.remove(row);
                        cancelled.add(entry);
                    }
                }
            } finally {
                lock.unlock();
            }
            cancelled.forEach(row -> row.input.completion().cancelled());
            release();
        }
    }

    private void release() {
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
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(hung ? 1 : CLOSE_TIMEOUT_MILLIS);
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

    private boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    private void awaitReady(long maxRunMillis) throws IOException, InterruptedException {
        lock.lock();
        try {
            while (!ready && failure == null) {
                boolean unused = changed.await(WATCH_MILLIS, TimeUnit.MILLISECONDS);
                requireAlive(maxRunMillis);
            }
            if (failure != null) {
                throw new IOException("model " + key.model + " cannot be opened", failure);
            }
        } finally {
            lock.unlock();
        }
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
            announceReady();
            LOG.info(
                    "model {} opened on {} for provider {}: {}",
                    key.model,
                    key.device,
                    key.providerAccount,
                    cost);
            for (Batch batch = take(); batch != null; batch = take()) {
                batch.expired.forEach(row -> row.completion().expired());
                if (batch.reason != null) {
                    batchRun.run(batch.reason, batch.rows);
                }
            }
        } catch (Throwable t) { // whatever it was, rows and callers must learn of it
            fail(t);
        }
    }

    private void announceReady() {
        lock.lock();
        try {
            ready = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next batch, or only expired rows; null when the pool is closed. */
    private @Nullable Batch take() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                Decision decision = scheduler.next(System.nanoTime(), clock.millis(), draining > 0);
                if (decision.reason() != null || !decision.expired().isEmpty()) {
                    return new Batch(
                            decision.reason(),
                            removed(decision.rows()),
                            removed(decision.expired()));
                }
                if (decision.waitNanos() == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    long unused = changed.awaitNanos(decision.waitNanos());
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private List<BatchRun.Input> removed(List<BatchRow> rows) {
        List<BatchRun.Input> removed = new ArrayList<>(rows.size());
        for (BatchRow row : rows) {
            Waiting entry = waiting.remove(row);
            if (entry == null) {
                throw new IllegalStateException("row " + row.id() + " was dispatched twice");
            }
            removed.add(entry.input);
        }
        return removed;
    }

    private void fail(Throwable cause) {
        LOG.error(
                "model {} on {} for provider {} is out of order: its tasks fail over",
                key.model,
                key.device,
                key.providerAccount,
                cause);
        List<Waiting> orphans;
        lock.lock();
        try {
            failure = cause;
            orphans = new ArrayList<>(waiting.values());
            for (BatchRow row : waiting.keySet()) {
                scheduler.remove(row);
            }
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        orphans.forEach(row -> row.input.completion().broken(cause));
    }
}
