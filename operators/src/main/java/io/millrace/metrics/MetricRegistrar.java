package io.millrace.metrics;

import static java.util.Objects.requireNonNull;

import io.millrace.metrics.Metric.Kind;
import java.util.function.BooleanSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** Registers what an operator reports. Called where the operator opens. */
public final class MetricRegistrar {

    private final MetricGroup operator;

    /**
     * Below the group of an operator.
     *
     * @param operator of Flink's runtime context
     */
    public MetricRegistrar(MetricGroup operator) {
        this.operator = requireNonNull(operator, "operator is null");
    }

    /** A counter of its own. */
    public Counter counter(Metric metric) {
        return group(metric, Kind.COUNTER, false).counter(metric.name());
    }

    /** One of several counters. */
    public Counter counter(Metric metric, Enum<?> of) {
        return group(metric, Kind.COUNTER, true).addGroup(metric.name()).counter(of.name());
    }

    /** A gauge; {@code value} is called by any thread. */
    public <T> void gauge(Metric metric, Gauge<T> value) {
        group(metric, Kind.GAUGE, false).gauge(metric.name(), value);
    }

    /** A gauge of 0 or 1. */
    public void flag(Metric metric, BooleanSupplier value) {
        gauge(metric, () -> value.getAsBoolean() ? 1 : 0);
    }

    /** A counter for one {@code value} of the metric's label. */
    public Counter counterBy(Metric metric, String value) {
        return by(metric, Kind.COUNTER, value).counter(metric.name());
    }

    /** A histogram for one {@code value} of the metric's label. */
    public Buckets histogramBy(Metric metric, String value) {
        return new Buckets(by(metric, Kind.HISTOGRAM, value), metric);
    }

    private MetricGroup group(Metric metric, Kind kind, boolean isOneOfSeveral) {
        if (metric.kind() != kind
                || metric.each().isEmpty() == isOneOfSeveral
                || !metric.by().isEmpty()) {
            throw new IllegalArgumentException(
                    metric + " is registered as another kind, or not as one of several");
        }
        return operator.addGroup(metric.group());
    }

    private MetricGroup by(Metric metric, Kind kind, String value) {
        if (metric.kind() != kind || metric.by().isEmpty() || !metric.each().isEmpty()) {
            throw new IllegalArgumentException(
                    metric + " is registered as another kind, or has no label");
        }
        return operator.addGroup(metric.group()).addGroup(metric.by(), value);
    }
}
