package io.millrace.infer;

import io.millrace.infer.batch.BatchScheduler.Reason;
import io.millrace.metrics.Metric;
import io.millrace.metrics.MetricRegistrar;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a subtask reports. Counters of batches count a batch once over all subtasks that had rows in
 * it, so that sums over subtasks are true.
 */
final class InferMetrics {

    static final Metric ROWS = Metric.counter("infer", "rows", "rows answered, one a text");
    static final Metric TOKENS = Metric.counter("infer", "tokens", "tokens of them");
    static final Metric PADDED_TOKENS =
            Metric.counter(
                    "infer",
                    "paddedTokens",
                    "the same with padding; its share is 1 - tokens / paddedTokens");
    static final Metric BATCHES = Metric.counter("infer", "batches", "batches that were run");
    static final Metric DISPATCHED =
            Metric.counter("infer", "dispatched", "batches, by what made them start")
                    .each("REASON");
    static final Metric INFERENCE_MICROS =
            Metric.counter(
                    "infer",
                    "inferenceMicros",
                    "time in the model, shared out over the rows of a batch");
    static final Metric FAILED = Metric.counter("infer", "failed", "tasks that failed").asAlarm();
    static final Metric EXPIRED = Metric.counter("infer", "expired", "tasks whose deadline passed");
    static final Metric IN_FLIGHT_ROWS =
            Metric.gauge("infer", "inFlightRows", "rows taken in that have not ended");
    static final Metric IN_FLIGHT_TOKENS =
            Metric.gauge("infer", "inFlightTokens", "tokens of them");
    static final Metric QUEUED_ROWS =
            Metric.gauge(
                    "infer",
                    "queuedRows",
                    "rows of all subtasks of this process and provider that wait for a batch");

    static final Metric COST_ERROR_PERCENT =
            Metric.gauge(
                    "infer",
                    "costErrorPercent",
                    "by how much the foreseen times of batches were off of late, in the mean");

    static final Metric WAITING_TASKS =
            Metric.gauge("infer", "waitingTasks", "tasks whose model is not open, or not yet");

    static final Metric MODELS_OPEN =
            Metric.gauge("infer", "modelsOpen", "models that are loaded and warm");

    static final Metric MODELS_OPENING =
            Metric.gauge("infer", "modelsOpening", "models that are being loaded");

    static final Metric MODELS_REFUSED =
            Metric.gauge(
                            "infer",
                            "modelsRefused",
                            "folders below models.dir whose model is not what its manifest says,"
                                    + " or does not open")
                    .asAlarm();

    static final Metric RESIDENT_BYTES =
            Metric.gauge(
                    "infer",
                    "residentBytes",
                    "memory of the process as the system counts it, native code's with it");

    private final Counter rows;
    private final Counter tokens;
    private final Counter paddedTokens;
    private final Counter batches;
    private final Counter inferenceMicros;
    private final Counter failed;
    private final Counter expired;
    private final Map<Reason, Counter> dispatched = new EnumMap<>(Reason.class);

    /**
     * Registers them.
     *
     * @param gauges of the subtask, asked by any thread
     */
    InferMetrics(MetricGroup operator, Map<Metric, LongSupplier> gauges) {
        MetricRegistrar metrics = new MetricRegistrar(operator);
        rows = metrics.counter(ROWS);
        tokens = metrics.counter(TOKENS);
        paddedTokens = metrics.counter(PADDED_TOKENS);
        batches = metrics.counter(BATCHES);
        inferenceMicros = metrics.counter(INFERENCE_MICROS);
        failed = metrics.counter(FAILED);
        expired = metrics.counter(EXPIRED);
        for (Reason reason : Reason.values()) {
            dispatched.put(reason, metrics.counter(DISPATCHED, reason));
        }
        gauges.forEach((metric, value) -> metrics.gauge(metric, value::getAsLong));
        metrics.gauge(RESIDENT_BYTES, ProcessMemory::residentBytes);
    }

    void answered(int length, BatchShare share) {
        rows.inc();
        tokens.inc(length);
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
