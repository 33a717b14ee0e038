package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import io.millrace.infer.batch.BatchScheduler;
import io.millrace.infer.batch.BatchScheduler.Decision;
import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.BatchScheduler.Reason;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;
import java.util.EnumMap;
import java.util.Map;

/** The engine's own scheduler, taught by the device as in a pool. */
public final class MillracePolicy implements BatchPolicy {

    private final CostModel cost = new CostModel();
    private final BatchScheduler scheduler;
    private final Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);

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
        if (decision.reason() != null) {
            reasons.merge(decision.reason(), 1, Integer::sum);
        }
        return new Step(decision.rows(), decision.expired(), decision.waitNanos());
    }

    @Override
    public void ran(int rows, int longest, long nanos) {
        cost.learn(rows, longest, nanos);
    }

    /** Batches by what made them start. */
    public Map<Reason, Integer> reasons() {
        return reasons;
    }

    /** Error of the foreseen batch times at the end. */
    public double costError() {
        return cost.error();
    }
}
