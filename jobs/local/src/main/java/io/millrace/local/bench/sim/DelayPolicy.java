package io.millrace.local.bench.sim;

/**
 * Waits for a full batch, but no longer than a delay. With a delay of 0 this is Triton's dynamic
 * batcher as its documentation recommends it ({@code dynamic_batch_scheduler.cc}; ragged rows
 * padded to the longest), with more it is DJL Serving's ({@code BatchAggregator.java}, {@code
 * max_batch_delay}).
 */
final class DelayPolicy extends QueuePolicy {

    private final int rows;
    private final long delayNanos;

    DelayPolicy(String name, int rows, long delayNanos) {
        super(name);
        this.rows = rows;
        this.delayNanos = delayNanos;
    }

    @Override
    public Step next(long nowNanos, boolean draining) {
        if (queue().isEmpty()) {
            return Step.await(Long.MAX_VALUE);
        }
        long left = delayNanos - ageNanos(nowNanos);
        return queue().size() >= rows || left <= 0 || draining ? runFirst(rows) : Step.await(left);
    }
}
