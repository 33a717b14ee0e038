package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.ArrayList;
import java.util.List;

/**
 * The longest prefix of the queue whose padded tokens fit a budget, at once: the queue of
 * text-embeddings-inference ({@code core/src/queue.rs}, padded models).
 */
final class TokenBudgetPolicy extends QueuePolicy {

    private final int budget;

    TokenBudgetPolicy(String name, int budget) {
        super(name);
        this.budget = budget;
    }

    @Override
    public Step next(long nowNanos, boolean draining) {
        if (queue().isEmpty()) {
            return Step.await(Long.MAX_VALUE);
        }
        List<BatchRow> batch = new ArrayList<>();
        int longest = 0;
        while (!queue().isEmpty()) {
            int with = Math.max(longest, queue().getFirst().tokens());
            if (!batch.isEmpty() && with * (batch.size() + 1) > budget) {
                break;
            }
            longest = with;
            batch.add(queue().removeFirst());
        }
        return Step.run(batch);
    }
}
