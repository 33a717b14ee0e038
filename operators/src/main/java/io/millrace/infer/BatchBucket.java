package io.millrace.infer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Waiting rows of similar length. Requesters take turns: a turn brings a requester {@code edge}
 * tokens of credit, so at least one row, and between two requesters with rows waiting all the time
 * the tokens served never differ by more than a few rows.
 *
 * <p>A row about to expire may go before its requester's turn. That is paid from the requester's
 * later turns, and only up to {@link #DEBT_ROWS} longest rows: a near deadline buys an earlier
 * place, never a larger share.
 */
final class BatchBucket {

    /** Longest rows a requester may be served ahead of its turns. */
    static final int DEBT_ROWS = 4;

    /** Rows looked at for urgency beyond the batch's capacity, when debtors hold the front. */
    private static final int URGENT_LOOKAHEAD = 32;

    /** One requester's rows in order of arrival, and its credit in tokens (negative: debt). */
    private static final class Flow {
        private final String requesterAddress;
        private final LinkedHashSet<BatchRow> rows = new LinkedHashSet<>();
        private long credit;
        private boolean inTurn;

        private Flow(String requesterAddress) {
            this.requesterAddress = requesterAddress;
        }
    }

    private final int edge;
    private final int capacity;
    private final LinkedHashSet<BatchRow> byArrival = new LinkedHashSet<>();
    private final TreeSet<BatchRow> byDeadline =
            new TreeSet<>(
                    Comparator.comparingLong(BatchRow::deadlineMillis).thenComparing(BatchRow::id));
    private final Map<String, Flow> flows = new HashMap<>();
    private final ArrayDeque<Flow> turns = new ArrayDeque<>();
    private int passedOver;

    /** For rows of at most {@code edge} tokens, {@code capacity} of them to a batch. */
    BatchBucket(int edge, int capacity) {
        this.edge = edge;
        this.capacity = capacity;
    }

    int edge() {
        return edge;
    }

    int size() {
        return byArrival.size();
    }

    boolean isEmpty() {
        return byArrival.isEmpty();
    }

    boolean isFull() {
        return size() >= capacity;
    }

    /** Wait of the oldest row. */
    long age(long nowNanos) {
        return nowNanos - byArrival.iterator().next().enqueuedNanos();
    }

    boolean isOlderThan(BatchBucket other) {
        return age(other.byArrival.iterator().next().enqueuedNanos()) > 0;
    }

    long earliestDeadline() {
        return byDeadline.first().deadlineMillis();
    }

    /** Batches that went before this bucket since it was ripe. */
    int passedOver() {
        return passedOver;
    }

    void passOver(boolean again) {
        passedOver = again ? passedOver + 1 : 0;
    }

    void add(BatchRow row) {
        if (!byArrival.add(row) || !byDeadline.add(row)) {
            throw new IllegalArgumentException("row " + row.id() + " is queued already");
        }
        Flow flow = flows.get(row.requesterAddress());
        if (flow == null) {
            flow = new Flow(row.requesterAddress());
            flows.put(row.requesterAddress(), flow);
            turns.addLast(flow);
        }
        flow.rows.add(row);
    }

    boolean remove(BatchRow row) {
        Flow flow = flows.get(row.requesterAddress());
        if (flow == null || !flow.rows.remove(row)) {
            return false;
        }
        byArrival.remove(row);
        byDeadline.remove(row);
        forgetIfEmpty();
        return true;
    }

    /** Moves the rows whose deadline has passed into {@code expired}. */
    void expire(long nowMillis, List<BatchRow> expired) {
        while (!byDeadline.isEmpty() && byDeadline.first().deadlineMillis() < nowMillis) {
            BatchRow row = byDeadline.first();
            remove(row);
            expired.add(row);
        }
    }

    /** A batch: first rows whose deadline is at most {@code urgentUntilMillis}, then by turns. */
    List<BatchRow> take(long urgentUntilMillis) {
        List<BatchRow> batch = new ArrayList<>(Math.min(capacity, size()));
        takeUrgent(urgentUntilMillis, batch);
        while (batch.size() < capacity && !isEmpty()) {
            Flow flow = turns.getFirst();
            if (!flow.inTurn) {
                flow.inTurn = true;
                flow.credit += edge;
            }
            while (batch.size() < capacity && !flow.rows.isEmpty()) {
                BatchRow row = flow.rows.iterator().next();
                if (row.tokens() > flow.credit) {
                    break;
                }
                serve(flow, row, batch);
            }
            if (batch.size() < capacity) {
                endTurn(flow);
            }
        }
        forgetIfEmpty();
        return batch;
    }

    private void takeUrgent(long urgentUntilMillis, List<BatchRow> batch) {
        List<BatchRow> urgent = new ArrayList<>();
        for (BatchRow row : byDeadline) {
            if (row.deadlineMillis() > urgentUntilMillis
                    || urgent.size() == capacity + URGENT_LOOKAHEAD) {
                break;
            }
            urgent.add(row);
        }
        for (BatchRow row : urgent) {
            Flow flow = flows.get(row.requesterAddress());
            if (batch.size() < capacity
                    && flow != null
                    && flow.credit - row.tokens() >= -(long) DEBT_ROWS * edge) {
                serve(flow, row, batch);
            }
        }
    }

    private void serve(Flow flow, BatchRow row, List<BatchRow> batch) {
        flow.rows.remove(row);
        flow.credit -= row.tokens();
        byArrival.remove(row);
        byDeadline.remove(row);
        batch.add(row);
    }

    /** Unused credit is not kept beyond the rows it was for; debt is, until turns have paid it. */
    private void endTurn(Flow flow) {
        turns.removeFirst();
        flow.inTurn = false;
        if (flow.rows.isEmpty() && flow.credit >= 0) {
            flows.remove(flow.requesterAddress);
        } else {
            turns.addLast(flow);
        }
    }

    /** With nobody waiting there is nobody to be fair to: debts end. */
    private void forgetIfEmpty() {
        if (isEmpty()) {
            flows.clear();
            turns.clear();
        }
    }
}
