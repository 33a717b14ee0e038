package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Sorts up to four batches by length and cuts them, waiting a little for the first: Infinity's
 * queue ({@code inference/queue.py}).
 */
final class SortWindowPolicy extends QueuePolicy {

    private static final int BATCHES = 4;

    private final int rows;
    private final long delayNanos;
    private final Deque<List<BatchRow>> cut = new ArrayDeque<>();

    SortWindowPolicy(String name, int rows, long delayNanos) {
        super(name);
        this.rows = rows;
        this.delayNanos = delayNanos;
    }

    @Override
    public Step next(long nowNanos, boolean draining) {
        if (cut.isEmpty() && !queue().isEmpty()) {
            long left = delayNanos - ageNanos(nowNanos);
            if (queue().size() < rows && left > 0 && !draining) {
                return Step.await(left);
            }
            cutWindow();
        }
        return cut.isEmpty() ? Step.await(Long.MAX_VALUE) : Step.run(cut.removeFirst());
    }

    private void cutWindow() {
        List<BatchRow> window = new ArrayList<>(runFirst(BATCHES * rows).rows());
        window.sort(Comparator.comparingInt(BatchRow::tokens));
        for (int from = 0; from < window.size(); from += rows) {
            cut.add(window.subList(from, Math.min(window.size(), from + rows)));
        }
    }
}
