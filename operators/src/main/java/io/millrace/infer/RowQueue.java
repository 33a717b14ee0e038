package io.millrace.infer;

import io.millrace.infer.batch.BatchRow;
import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.batch.BatchScheduler.Decision;
import io.millrace.infer.batch.BatchScheduler.Reason;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a pool's thread and the subtasks that lease it share: the rows that wait for a batch, and
 * whether the model is ready, out of order or no longer wanted. A monitor: while its lock is held
 * no model runs and no callback is called.
 */
final class RowQueue {

    /**
     * What to do next.
     *
     * @param reason why rows are run; null if none are
     * @param expired rows whose deadline has passed
     */
    record Batch(
            @Nullable Reason reason, List<BatchRun.Input> rows, List<BatchRun.Input> expired) {}

    private record Waiting(Object owner, BatchRun.Input input) {}

    private final BatchScheduler scheduler;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<BatchRow, Waiting> waiting = new HashMap<>();
    private long nextRow;
    private int draining;
    private boolean ready;
    private boolean closed;
    private @Nullable Throwable failure;

    /** No row waits, and the model is not ready yet. */
    RowQueue(BatchScheduler scheduler, Clock clock) {
        this.scheduler = scheduler;
        this.clock = clock;
    }

    /**
     * Queues a row of {@code owner}.
     *
     * @return why it cannot be: the model is out of order; null if it is queued
     */
    @Nullable Throwable add(
            Object owner, BatchRun.Input input, long deadlineMillis, String requesterAddress) {
        lock.lock();
        try {
            if (failure == null) {
                BatchRow row =
                        new BatchRow(
                                nextRow++,
                                input.tokens().length,
                                deadlineMillis,
                                requesterAddress,
                                System.nanoTime());
                scheduler.add(row);
                waiting.put(row, new Waiting(owner, input));
                changed.signalAll();
            }
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** One more owner has no rows to come, or, with -1, is gone. */
    void drain(int owners) {
        lock.lock();
        try {
            draining += owners;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Rows that wait. */
    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the rows of {@code owner} out. */
    List<BatchRun.Input> remove(Object owner) {
        List<BatchRun.Input> removed = new ArrayList<>();
        lock.lock();
        try {
            for (Map.Entry<BatchRow, Waiting> entry : List.copyOf(waiting.entrySet())) {
                if (entry.getValue().owner == owner) {
                    scheduler.remove(entry.getKey());
                    waiting.remove(entry.getKey());
                    removed.add(entry.getValue().input);
                }
            }
        } finally {
            lock.unlock();
        }
        return removed;
    }

    /** The model is ready. */
    void ready() {
        lock.lock();
        try {
            ready = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The model is out of order: no row is queued any more.
     *
     * @return those that were
     */
    List<BatchRun.Input> fail(Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            List<BatchRun.Input> orphans = waiting.values().stream().map(Waiting::input).toList();
            waiting.keySet().forEach(scheduler::remove);
            waiting.clear();
            changed.signalAll();
            return orphans;
        } finally {
            lock.unlock();
        }
    }

    /** The model is no longer wanted. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the model has become ready; it may be out of order since. */
    boolean isReady() {
        lock.lock();
        try {
            return ready;
        } finally {
            lock.unlock();
        }
    }

    /** Why the model is out of order; null if it is not. */
    @Nullable Throwable failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the model is ready or out of order, {@code maxMillis} at most. */
    void await(long maxMillis) throws InterruptedException {
        lock.lock();
        try {
            long leftNanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
            while (!ready && failure == null && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The next batch, or only expired rows, once there are; null when it is closed. */
    @Nullable Batch take() throws InterruptedException {
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
}
