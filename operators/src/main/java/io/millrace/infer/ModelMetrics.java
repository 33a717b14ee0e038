package io.millrace.infer;

import io.millrace.metrics.Buckets;
import io.millrace.metrics.Metric;
import io.millrace.metrics.MetricRegistrar;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a subtask reports of one model. The label {@code model} is its name, so there are as many
 * series as a deployment offers models; requesters are never a label.
 */
final class ModelMetrics {

    private static final String LABEL = "model";

    static final Metric ROWS = Metric.counter("infer", "rows", "rows it answered").by(LABEL);
    static final Metric TOKENS = Metric.counter("infer", "tokens", "tokens of them").by(LABEL);
    static final Metric PADDED_TOKENS =
            Metric.counter("infer", "paddedTokens", "the same with padding").by(LABEL);
    static final Metric BATCHES = Metric.counter("infer", "batches", "batches of them").by(LABEL);
    static final Metric INFERENCE_MICROS =
            Metric.counter("infer", "inferenceMicros", "time in the model").by(LABEL);
    static final Metric BATCH_MICROS =
            Metric.histogram("infer", "batchMicros", "of a batch's time in the model", steps(100))
                    .by(LABEL);
    static final Metric LATENCY_MILLIS =
            Metric.histogram(
                            "infer",
                            "latencyMillis",
                            "of the time from a request's append to its signed answer",
                            steps(5))
                    .by(LABEL);

    private final Counter rows;
    private final Counter tokens;
    private final Counter paddedTokens;
    private final Counter batches;
    private final Counter inferenceMicros;
    private final Buckets batchMicros;
    private final Buckets latencyMillis;

    ModelMetrics(MetricGroup operator, String model) {
        MetricRegistrar metrics = new MetricRegistrar(operator);
        rows = metrics.counterBy(ROWS, model);
        tokens = metrics.counterBy(TOKENS, model);
        paddedTokens = metrics.counterBy(PADDED_TOKENS, model);
        batches = metrics.counterBy(BATCHES, model);
        inferenceMicros = metrics.counterBy(INFERENCE_MICROS, model);
        batchMicros = metrics.histogramBy(BATCH_MICROS, model);
        latencyMillis = metrics.histogramBy(LATENCY_MILLIS, model);
    }

    /**
     * A row was answered.
     *
     * @param length tokens of it
     */
    void ran(int length, BatchShare share) {
        long micros = share.nanos() / 1_000;
        rows.inc();
        tokens.inc(length);
        paddedTokens.inc(share.paddedTokens());
        inferenceMicros.inc(micros);
        if (share.leader()) {
            batches.inc();
            batchMicros.add(micros * share.rows());
        }
    }

    /**
     * A task was answered, all its rows.
     *
     * @param sinceAppendMillis how long after its request was appended
     */
    void answered(long sinceAppendMillis) {
        latencyMillis.add(sinceAppendMillis);
    }

    /** Each twice the one before, from {@code first} to 16,384 times that. */
    private static List<Long> steps(long first) {
        return LongStream.range(0, 15).map(i -> first << i).boxed().toList();
    }
}
