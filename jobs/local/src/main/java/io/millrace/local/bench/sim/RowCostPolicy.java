package io.millrace.local.bench.sim;

/**
 * Fits {@code a * rows + b} to the batches of late and waits while that is foreseen to pay:
 * BentoML's dispatcher ({@code marshal/dispatcher.py}), without its cancelling of requests.
 */
final class RowCostPolicy extends QueuePolicy {

    private static final double FADE = 0.98; // fifty batches
    private static final long TICK_NANOS = 1_000_000;
    private static final double PAYS = 0.95;

    private final int rows;
    private double weight;
    private double sumRows;
    private double sumNanos;
    private double sumRowsRows;
    private double sumRowsNanos;
    private double meanWaitNanos;

    RowCostPolicy(String name, int rows) {
        super(name);
        this.rows = rows;
    }

    @Override
    public Step next(long nowNanos, boolean draining) {
        if (queue().isEmpty()) {
            return Step.await(Long.MAX_VALUE);
        }
        int waiting = queue().size();
        double each = eachNanos();
        double launch = weight == 0 ? 0 : Math.max(0, (sumNanos - each * sumRows) / weight);
        double lastWait = nowNanos - queue().getLast().enqueuedNanos();
        boolean pays = waiting * (lastWait + TICK_NANOS + each) <= (meanWaitNanos + launch) * PAYS;
        if (waiting < rows && pays && !draining) {
            return Step.await(TICK_NANOS);
        }
        double wait = ageNanos(nowNanos);
        meanWaitNanos += (wait - meanWaitNanos) * (1 - FADE);
        return runFirst(rows);
    }

    private double eachNanos() {
        double spread = weight * sumRowsRows - sumRows * sumRows;
        return spread <= 1e-9
                ? 0
                : Math.max(0, (weight * sumRowsNanos - sumRows * sumNanos) / spread);
    }

    @Override
    public void ran(int batchRows, int longest, long nanos) {
        weight = weight * FADE + 1;
        sumRows = sumRows * FADE + batchRows;
        sumNanos = sumNanos * FADE + nanos;
        sumRowsRows = sumRowsRows * FADE + (double) batchRows * batchRows;
        sumRowsNanos = sumRowsNanos * FADE + (double) batchRows * nanos;
    }
}
