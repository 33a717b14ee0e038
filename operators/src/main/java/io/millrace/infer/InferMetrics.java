package io.millrace.infer;

import io.millrace.infer.BatchScheduler.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a subtask reports, in the operator's group "infer". Counters of batches count a batch once
 * over all subtasks that had rows in it, so sums over subtasks are true.
 *
 * <ul>
 *   <li>rows, tokens, paddedTokens: answered; padding share = 1 - tokens / paddedTokens
 *   <li>batches; dispatched.STARVED, .DEADLINE, .FULL, .DELAY, .DRAIN: batches by reason
 *   <li>inferenceMicros: time in the model, shared out over the rows of a batch
 *   <li>failed, expired: tasks that ended so
 *   <li>inFlightRows, inFlightTokens: taken in and not yet emitted
 *   <li>queuedRows: rows of all subtasks of this process and provider that wait for a batch
 * </ul>
 */
final class InferMetrics {

    private final Counter rows;
    private final Counter tokens;
    private final Counter paddedTokens;
    private final Counter batches;
    private final Counter inferenceMicros;
    private final Counter failed;
    private final Counter expired;
    private final Map<Reason, Counter> dispatched = new EnumMap<>(Reason.class);

    InferMetrics(
            MetricGroup operator,
            LongSupplier inFlightRows,
            LongSupplier inFlightTokens,
            LongSupplier queuedRows) {
        MetricGroup group = operator.addGroup("infer");
        rows = group.counter("rows");
        tokens = group.counter("tokens");
        paddedTokens = group.counter("paddedTokens");
        batches = group.counter("batches");
        inferenceMicros = group.counter("inferenceMicros");
        failed = group.counter("failed");
        expired = group.counter("expired");
        MetricGroup reasons = group.addGroup("dispatched");
        for (Reason reason : Reason.values()) {
            dispatched.put(reason, reasons.counter(reason.name()));
        }
        group.gauge("inFlightRows", (Gauge<Long>) inFlightRows::getAsLong);
        group.gauge("inFlightTokens", (Gauge<Long>) inFlightTokens::getAsLong);
        group.gauge("queuedRows", (Gauge<Long>) queuedRows::getAsLong);
    }

    void answered(int units, BatchShare share) {
        rows.inc();
        tokens.inc(units);
        paddedTokens.inc(share.paddedTokens());
        inferenceMicros.inc(share.nanos() / 1_000);
        if (share.leader()) {
            batches.inc();
            Counter reason = dispatched.get(share.reason());
            if (reason != null) {
                reason.inc();
            }
        }
    }

    void failed() {
        failed.inc();
    }

    void expired() {
        expired.inc();
    }
}
