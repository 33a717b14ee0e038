package io.millrace.infer.batch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which rows run together, and when. A pure object: time comes in as arguments, there is no
 * thread and no lock, so the same code runs live and in virtual time. Its caller asks {@link #next}
 * whenever the model is free, and tells the {@link CostModel} how long batches took.
 *
 * <p>Rows wait in buckets of similar length, because a batch pads every row to its longest. What
 * waits is divided into the batches that would run it in the least time ({@link Candidate}), none
 * larger than pays ({@link CostModel#knee}). Of these runs first one with a row that would miss its
 * deadline if another went before it, else the one whose turn it is ({@link Turns}); which is never
 * passed over more than {@link #STARVED_AFTER} times in a row.
 *
 * <p>A free model waits for company only while that is foreseen to shorten the mean wait. With
 * {@code n} rows at hand, a gap of {@code g} to the next, {@code m} for one more row and {@code T1}
 * for a row alone, going at once costs {@code n} rows {@code Tn} each and the next {@code Tn - g +
 * T1}; waiting costs {@code n} rows {@code g + Tn + m} and the next {@code Tn + m}: it pays while
 * {@code g < T1 / (n + 1) - m}. That is never where the launch costs less than a row, as on a CPU.
 */
public final class BatchScheduler {

    /** Urgent batches in a row that may go before the one whose turn it is. */
    static final int STARVED_AFTER = 4;

    /** Longest rows that a requester may be served ahead of its turn for its deadlines' sake. */
    static final int AHEAD_ROWS = 4;

    /** Mean gaps without a row after which the next one is no longer waited for. */
    private static final int GAPS = 3;

    /** What the way of an answer takes behind the model. */
    private static final long SPARE_NANOS = 2_000_000;

    private static final double MILLI = 1e6;
    private static final int FIRST_EDGE = 8;
    private static final int EDGES_TO_DOUBLE = 4;

    /** Why a batch was dispatched. */
    public enum Reason {
        /** It was its turn, and urgent ones went first too often. */
        STARVED,
        /** A row of it would have missed its deadline. */
        DEADLINE,
        /** It reached the cap on rows or tokens, or what is known to find memory. */
        FULL,
        /** A larger batch would hardly gain throughput. */
        KNEE,
        /** The model was free, and waiting for company would not have paid. */
        IDLE,
        /** It has waited for company for as long as that paid. */
        HELD,
        /** The input has ended: nothing to wait for. */
        DRAIN
    }

    /**
     * What a batch may be at most, however well it would pay.
     *
     * @param maxRows rows of a batch
     * @param maxTokens padded tokens of a batch: rows times longest row
     * @param longestRow most tokens of one row
     */
    public record Limits(int maxRows, int maxTokens, int longestRow) {

        public Limits {
            if (maxRows < 1 || longestRow < 1) {
                throw new IllegalArgumentException(
                        "batches of %d rows of at most %d tokens: sizes must be positive"
                                .formatted(maxRows, longestRow));
            }
            if (maxTokens < longestRow) {
                throw new IllegalArgumentException(
                        ("batches of %d tokens cannot hold a row of %d: raise the"
                                        + " cap on batch tokens")
                                .formatted(maxTokens, longestRow));
            }
        }

        private int rows(int edge) {
            return Math.min(maxRows, maxTokens / edge);
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
    private final CostModel cost;
    private final BatchBucket[] buckets;
    private final ArrivalGap gap = new ArrivalGap();
    private final Turns turns = new Turns();
    private final int[] most;
    private int passedOver;
    private boolean holding;
    private long heldSinceNanos;

    /** A scheduler without rows. {@code cost} is the caller's to teach. */
    public BatchScheduler(Limits limits, CostModel cost) {
        this.limits = limits;
        this.cost = cost;
        this.buckets =
                edges(limits.longestRow).stream().map(BatchBucket::new).toArray(BatchBucket[]::new);
        this.most = new int[buckets.length];
    }

    /** Upper edges of the length buckets: 8, 10, 12, 14, 16, 20, ... up to the longest row. */
    public static List<Integer> edges(int longestRow) {
        List<Integer> edges = new ArrayList<>();
        for (int power = FIRST_EDGE; power < longestRow; power *= 2) {
            for (int step = 0; step < EDGES_TO_DOUBLE; step++) {
                int edge = power + power * step / EDGES_TO_DOUBLE;
                if (edge < longestRow) {
                    edges.add(edge);
                }
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
        if (!bucketOf(row).add(row, turns.next(row))) {
            throw new IllegalArgumentException("row " + row.id() + " is queued already");
        }
        gap.arrived(row.enqueuedNanos());
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
        for (int i = 0; i < buckets.length; i++) {
            buckets[i].expire(nowMillis, expired);
            most[i] = capacity(i);
        }
        List<Candidate> candidates = Candidate.of(buckets, most, cost);
        double longestRun = 0;
        for (Candidate candidate : candidates) {
            longestRun = Math.max(longestRun, candidate.nanos());
        }
        if (candidates.isEmpty()) {
            return new Decision(null, List.of(), expired, Long.MAX_VALUE);
        }
        turns.waiting(firstTurn());
        Round round = new Round(nowNanos, nowMillis, longestRun);
        Candidate inTurn = inTurn(candidates);
        @Nullable Candidate urgent = urgent(candidates, round);
        if (urgent != null && urgent != inTurn) {
            boolean starved = passedOver == STARVED_AFTER;
            passedOver = starved ? 0 : passedOver + 1;
            return starved
                    ? dispatch(inTurn, Reason.STARVED, round, expired)
                    : dispatch(urgent, Reason.DEADLINE, round, expired);
        }
        passedOver = 0;
        if (urgent != null) {
            return dispatch(urgent, Reason.DEADLINE, round, expired);
        }
        if (inTurn.rows() >= most[inTurn.longest()]) {
            boolean capped = inTurn.rows() >= cap(inTurn.longest());
            return dispatch(inTurn, capped ? Reason.FULL : Reason.KNEE, round, expired);
        }
        long hold = draining ? 0 : holdNanos(inTurn, nowNanos);
        if (hold > 0) {
            return new Decision(null, List.of(), expired, hold);
        }
        Reason reason = draining ? Reason.DRAIN : holding ? Reason.HELD : Reason.IDLE;
        return dispatch(inTurn, reason, round, expired);
    }

    /** One call of next(): when it is, and how long the longest candidate would run. */
    private record Round(long nowNanos, long nowMillis, double longestRunNanos) {}

    private int capacity(int bucket) {
        return Math.min(cap(bucket), cost.knee(buckets[bucket].edge()));
    }

    private int cap(int bucket) {
        int edge = buckets[bucket].edge();
        return Math.min(limits.rows(edge), cost.fitting(edge));
    }

    private long firstTurn() {
        long first = Long.MAX_VALUE;
        for (BatchBucket bucket : buckets) {
            first = Math.min(first, bucket.firstTurn());
        }
        return first;
    }

    private static Candidate inTurn(List<Candidate> candidates) {
        Candidate first = candidates.get(0);
        for (Candidate candidate : candidates) {
            if (candidate.isBefore(first)) {
                first = candidate;
            }
        }
        return first;
    }

    private @Nullable Candidate urgent(List<Candidate> candidates, Round round) {
        @Nullable Candidate urgent = null;
        long earliest = Long.MAX_VALUE;
        for (Candidate candidate : candidates) {
            long from = feasibleMillis(candidate, round);
            long until = urgentMillis(candidate, round);
            for (int i = 0; i <= candidate.longest(); i++) {
                long deadline =
                        candidate.rowsOf(i) == 0
                                ? Long.MAX_VALUE
                                : buckets[i].deadline(from, until, lastTurn());
                if (deadline < earliest) {
                    earliest = deadline;
                    urgent = candidate;
                }
            }
        }
        return urgent;
    }

    private long lastTurn() {
        return turns.ahead((long) AHEAD_ROWS * limits.longestRow);
    }

    /** The earliest deadline that {@code candidate} can still meet. */
    private static long feasibleMillis(Candidate candidate, Round round) {
        return round.nowMillis + (long) (candidate.nanos() / MILLI);
    }

    /** The latest deadline that it would miss if the longest of all batches went first. */
    private long urgentMillis(Candidate candidate, Round round) {
        double both = candidate.nanos() + round.longestRunNanos;
        return round.nowMillis
                + (long) Math.ceil((both * (1 + 2 * cost.error()) + SPARE_NANOS) / MILLI);
    }

    /** How long {@code candidate} should still wait for another row; 0 or less if not at all. */
    private long holdNanos(Candidate candidate, long nowNanos) {
        double more = cost.rowNanos(buckets[candidate.longest()].edge());
        double pays = (cost.launchNanos() + more) / (candidate.rows() + 1) - more;
        if (!(gap.meanNanos() < pays)) {
            return 0;
        }
        if (!holding) {
            holding = true;
            heldSinceNanos = nowNanos;
        }
        double untilQuiet = gap.lastNanos() + GAPS * gap.meanNanos() - nowNanos;
        double untilOld = heldSinceNanos + cost.launchNanos() - nowNanos;
        return (long) Math.min(untilQuiet, untilOld);
    }

    private Decision dispatch(
            Candidate chosen, Reason reason, Round round, List<BatchRow> expired) {
        holding = false;
        List<BatchRow> rows = new ArrayList<>(chosen.rows());
        long from = feasibleMillis(chosen, round);
        long until = urgentMillis(chosen, round);
        for (int i = 0; i <= chosen.longest(); i++) {
            if (chosen.rowsOf(i) > 0) {
                buckets[i].take(chosen.rowsOf(i), from, until, lastTurn(), rows);
            }
        }
        turns.waiting(firstTurn());
        return new Decision(reason, rows, expired, 0);
    }

    private BatchBucket bucketOf(BatchRow row) {
        for (BatchBucket bucket : buckets) {
            if (row.tokens() >= 1 && row.tokens() <= bucket.edge()) {
                return bucket;
            }
        }
        throw new IllegalArgumentException(
                "row of " + row.tokens() + " tokens: the model takes 1.." + limits.longestRow);
    }
}
