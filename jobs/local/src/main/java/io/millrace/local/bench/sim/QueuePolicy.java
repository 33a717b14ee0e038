package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** First come, first served, up to a number of rows: what most batchers do. */
abstract class QueuePolicy implements BatchPolicy {

    private final String name;
    private final Deque<BatchRow> queue = new ArrayDeque<>();

    QueuePolicy(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void add(BatchRow row) {
        queue.addLast(row);
    }

    final Deque<BatchRow> queue() {
        return queue;
    }

    final long ageNanos(long nowNanos) {
        return nowNanos - queue.getFirst().enqueuedNanos();
    }

    final Step runFirst(int most) {
        List<BatchRow> batch = new ArrayList<>();
        while (batch.size() < most && !queue.isEmpty()) {
            batch.add(queue.removeFirst());
        }
        return Step.run(batch);
    }
}
