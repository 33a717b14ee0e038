package io.millrace.infer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which rows run together, and when. A pure object: time comes in as arguments, there is no
 * thread and no lock, so the same code runs live and in virtual time. Its caller asks {@link #next}
 * whenever the model is free.
 *
 * <p>Rows wait in buckets of similar length, because a batch pads every row to its longest: a row
 * is never computed at more than the upper edge of its own bucket, at most 1.5 times its length
 * above the first edge. A bucket is dispatched when, in this order of precedence,
 *
 * <ol>
 *   <li>it was ripe and passed over {@link #STARVED_AFTER} times (so every ripe bucket runs within
 *       {@code STARVED_AFTER + buckets} batches),
 *   <li>one of its rows would soon expire,
 *   <li>it fills a batch,
 *   <li>its oldest row has waited for the delay ceiling, or no more rows are to come.
 * </ol>
 *
 * <p>Inside a bucket requesters take turns by deficit round robin in tokens (Shreedhar and
 * Varghese, 1995): see {@link BatchBucket}.
 */
public final class BatchScheduler {

    /** Batches that may pass over a ripe bucket. */
    static final int STARVED_AFTER = 8;

    private static final int FIRST_EDGE = 16;

    /** Why a batch was dispatched. */
    public enum Reason {
        /** Its bucket was ripe and others went first too often. */
        STARVED,
        /** A row of it would soon expire. */
        DEADLINE,
        /** It reached the cap on rows or tokens. */
        FULL,
        /** Its oldest row waited for the delay ceiling. */
        DELAY,
        /** The input has ended: nothing to wait for. */
        DRAIN
    }

    /**
     * What a batch may be.
     *
     * @param maxRows rows of a batch
     * @param maxTokens padded tokens of a batch: rows times longest row
     * @param longestRow most tokens of one row
     * @param maxDelayNanos longest wait for company while the model is free
     * @param urgentMillis time to the deadline from which a row stops waiting
     */
    public record Limits(
            int maxRows, int maxTokens, int longestRow, long maxDelayNanos, long urgentMillis) {

        public Limits {
            if (maxRows < 1 || longestRow < 1 || maxDelayNanos < 0 || urgentMillis < 0) {
                throw new IllegalArgumentException(
                        ("batches of %d rows of at most %d tokens, delayed %d ns,"
                                        + " urgent %d ms before the deadline: sizes must be"
                                        + " positive, times not negative")
                                .formatted(maxRows, longestRow, maxDelayNanos, urgentMillis));
            }
            if (maxTokens < longestRow) {
                throw new IllegalArgumentException(
                        ("batches of %d tokens cannot hold a row of %d: raise the"
                                        + " cap on batch tokens")
                                .formatted(maxTokens, longestRow));
            }
        }
    }

    /**
     * What to do now.
     *
     * @param reason why rows are dispatched; null if none are
     * @param rows the batch
     * @param expired rows whose deadline has passed: they left the queue unrun
     * @param waitNanos if there is no batch, how long to wait unless a row comes; Long.MAX_VALUE if
     *     nothing is queued
     */
    public record Decision(
            @Nullable Reason reason, List<BatchRow> rows, List<BatchRow> expired, long waitNanos) {}

    private final Limits limits;
    private final List<BatchBucket> buckets = new ArrayList<>();

    /** A scheduler without rows. */
    public BatchScheduler(Limits limits) {
        this.limits = limits;
        for (int edge : edges(limits.longestRow)) {
            buckets.add(new BatchBucket(edge, Math.min(limits.maxRows, limits.maxTokens / edge)));
        }
    }

    /** Upper edges of the length buckets: 16, 24, 32, 48, 64, ... up to the longest row. */
    static List<Integer> edges(int longestRow) {
        List<Integer> edges = new ArrayList<>();
        for (int power = FIRST_EDGE; power < longestRow; power *= 2) {
            edges.add(power);
            if (power + power / 2 < longestRow) {
                edges.add(power + power / 2);
            }
        }
        edges.add(longestRow);
        return edges;
    }

    /**
     * Queues a row.
     *
     * @throws IllegalArgumentException if its id waits already, or it is longer than the longest
     *     row
     */
    public void add(BatchRow row) {
        if (row.tokens() < 1 || row.tokens() > limits.longestRow) {
            throw new IllegalArgumentException(
                    "row of " + row.tokens() + " tokens: the model takes 1.." + limits.longestRow);
        }
        bucketOf(row).add(row);
    }

    /** Takes a row out of the queue; false if it is not there (any more). */
    public boolean remove(BatchRow row) {
        return bucketOf(row).remove(row);
    }

    /** Rows that wait. */
    public int size() {
        int size = 0;
        for (BatchBucket bucket : buckets) {
            size += bucket.size();
        }
        return size;
    }

    /**
     * The batch for a model that is free now, or the time to wait for one.
     *
     * @param nowNanos on the clock of the rows' enqueuedNanos
     * @param nowMillis unix
     * @param draining whether no more rows are to come, so that waiting is in vain
     */
    public Decision next(long nowNanos, long nowMillis, boolean draining) {
        List<BatchRow> expired = new ArrayList<>();
        @Nullable BatchBucket starved = null;
        @Nullable BatchBucket urgent = null;
        @Nullable BatchBucket full = null;
        @Nullable BatchBucket oldest = null;
        for (BatchBucket bucket : buckets) {
            bucket.expire(nowMillis, expired);
            if (bucket.isEmpty()) {
                continue;
            }
            if (bucket.passedOver() >= STARVED_AFTER
                    && (starved == null || bucket.passedOver() > starved.passedOver())) {
                starved = bucket;
            }
            if (bucket.earliestDeadline() - nowMillis <= limits.urgentMillis
                    && (urgent == null || bucket.earliestDeadline() < urgent.earliestDeadline())) {
                urgent = bucket;
            }
            if (bucket.isFull() && (full == null || bucket.isOlderThan(full))) {
                full = bucket;
            }
            if (oldest == null || bucket.isOlderThan(oldest)) {
                oldest = bucket;
            }
        }
        if (starved != null) {
            return dispatch(starved, Reason.STARVED, nowNanos, nowMillis, expired);
        }
        if (urgent != null) {
            return dispatch(urgent, Reason.DEADLINE, nowNanos, nowMillis, expired);
        }
        if (full != null) {
            return dispatch(full, Reason.FULL, nowNanos, nowMillis, expired);
        }
        if (oldest == null) {
            return new Decision(null, List.of(), expired, Long.MAX_VALUE);
        }
        if (oldest.age(nowNanos) >= limits.maxDelayNanos) {
            return dispatch(oldest, Reason.DELAY, nowNanos, nowMillis, expired);
        }
        if (draining) {
            return dispatch(oldest, Reason.DRAIN, nowNanos, nowMillis, expired);
        }
        return new Decision(null, List.of(), expired, limits.maxDelayNanos - oldest.age(nowNanos));
    }

    private Decision dispatch(
            BatchBucket chosen,
            Reason reason,
            long nowNanos,
            long nowMillis,
            List<BatchRow> expired) {
        List<BatchRow> rows = chosen.take(nowMillis + limits.urgentMillis);
        for (BatchBucket bucket : buckets) {
            boolean ripe = !bucket.isEmpty() && bucket.age(nowNanos) >= limits.maxDelayNanos;
            bucket.passOver(bucket != chosen && ripe);
        }
        return new Decision(reason, rows, expired, 0);
    }

    private BatchBucket bucketOf(BatchRow row) {
        for (BatchBucket bucket : buckets) {
            if (row.tokens() <= bucket.edge()) {
                return bucket;
            }
        }
        throw new IllegalArgumentException(
                "row of " + row.tokens() + " tokens: the model takes 1.." + limits.longestRow);
    }
}
