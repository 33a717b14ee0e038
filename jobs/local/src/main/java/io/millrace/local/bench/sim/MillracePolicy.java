package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.batch.BatchScheduler.Decision;
import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;

/** The engine's own scheduler, taught by the device as in a pool. */
public final class MillracePolicy implements BatchPolicy {

    private final CostModel cost = new CostModel();
    private final BatchScheduler scheduler;

    /** For a device that has been warmed up. */
    public MillracePolicy(Limits limits, CostTable device) {
        for (WarmUp.Shape shape : WarmUp.shapes(limits)) {
            cost.seed(shape.rows(), shape.length(), device.nanos(shape.rows(), shape.length()));
        }
        scheduler = new BatchScheduler(limits, cost);
    }

    @Override
    public String name() {
        return "millrace";
    }

    @Override
    public void add(BatchRow row) {
        scheduler.add(row);
    }

    @Override
    public Step next(long nowNanos, boolean draining) {
        Decision decision = scheduler.next(nowNanos, nowNanos / 1_000_000, draining);
        return new Step(decision.rows(), decision.expired(), decision.waitNanos());
    }

    @Override
    public void ran(int rows, int longest, long nanos) {
        cost.learn(rows, longest, nanos);
    }
}
