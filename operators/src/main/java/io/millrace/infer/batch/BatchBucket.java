package io.millrace.infer.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Waiting rows of similar length, each with the turn that its requester has. */
final class BatchBucket {

    /**
     * Rows looked at for urgency beyond those wanted, when rows far ahead of their turn come first.
     */
    private static final int URGENT_LOOKAHEAD = 32;

    /** A row and its turn: the smallest goes first. */
    private record Queued(BatchRow row, long turn) {}

    private final int edge;
    private final Map<BatchRow, Queued> queued = new HashMap<>();
    private final TreeSet<Queued> byTurn =
            new TreeSet<>(
                    Comparator.comparingLong(Queued::turn)
                            .thenComparingLong(queuedRow -> queuedRow.row.id()));
    private final TreeSet<Queued> byDeadline =
            new TreeSet<>(
                    Comparator.<Queued>comparingLong(queuedRow -> queuedRow.row.deadlineMillis())
                            .thenComparingLong(queuedRow -> queuedRow.row.id()));

    /** For rows of at most {@code edge} tokens. */
    BatchBucket(int edge) {
        this.edge = edge;
    }

    int edge() {
        return edge;
    }

    int size() {
        return queued.size();
    }

    boolean isEmpty() {
        return queued.isEmpty();
    }

    /** The smallest turn of its rows; Long.MAX_VALUE without rows. */
    long firstTurn() {
        return byTurn.isEmpty() ? Long.MAX_VALUE : byTurn.first().turn;
    }

    /** The row whose turn it is; there must be one. */
    BatchRow first() {
        return byTurn.first().row;
    }

    /**
     * The first deadline of a row that may go early.
     *
     * @param fromMillis deadlines before it cannot be met
     * @param lastTurn rows of later turns may not go early
     * @return Long.MAX_VALUE if there is none
     */
    long deadline(long fromMillis, long untilMillis, long lastTurn) {
        List<Queued> first = urgent(1, fromMillis, untilMillis, lastTurn);
        return first.isEmpty() ? Long.MAX_VALUE : first.get(0).row.deadlineMillis();
    }

    boolean add(BatchRow row, long turn) {
        Queued entry = new Queued(row, turn);
        return queued.putIfAbsent(row, entry) == null && byTurn.add(entry) && byDeadline.add(entry);
    }

    boolean remove(BatchRow row) {
        Queued entry = queued.remove(row);
        if (entry == null) {
            return false;
        }
        byTurn.remove(entry);
        byDeadline.remove(entry);
        return true;
    }

    /** Moves the rows whose deadline has passed into {@code expired}. */
    void expire(long nowMillis, List<BatchRow> expired) {
        while (!byDeadline.isEmpty() && byDeadline.first().row.deadlineMillis() < nowMillis) {
            BatchRow row = byDeadline.first().row;
            remove(row);
            expired.add(row);
        }
    }

    /**
     * Moves {@code count} rows into {@code batch}: first those that may go early for their
     * deadline, as in {@link #deadline}, then by turns.
     */
    void take(int count, long fromMillis, long untilMillis, long lastTurn, List<BatchRow> batch) {
        List<Queued> early = urgent(count, fromMillis, untilMillis, lastTurn);
        for (Queued entry : early) {
            move(entry, batch);
        }
        for (int left = count - early.size(); left > 0; left--) {
            move(byTurn.first(), batch);
        }
    }

    private void move(Queued entry, List<BatchRow> batch) {
        remove(entry.row);
        batch.add(entry.row);
    }

    private List<Queued> urgent(int most, long fromMillis, long untilMillis, long lastTurn) {
        List<Queued> urgent = new ArrayList<>();
        Queued first = new Queued(new BatchRow(Long.MIN_VALUE, 0, fromMillis, "", 0), 0);
        int looked = 0;
        for (Queued entry : byDeadline.tailSet(first)) {
            boolean enough = urgent.size() == most || looked++ == most + URGENT_LOOKAHEAD;
            if (enough || entry.row.deadlineMillis() > untilMillis) {
                break;
            }
            if (entry.turn <= lastTurn) {
                urgent.add(entry);
            }
        }
        return urgent;
    }
}
