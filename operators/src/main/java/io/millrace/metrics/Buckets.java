package io.millrace.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * How values are spread, as Prometheus wants it: for each bound a counter of the values up to it,
 * so that sums over subtasks and processes are true and quantiles can be told of the sums. Flink's
 * own histograms become quantiles of one subtask, of which no sum means anything.
 *
 * <p>A metric {@code latencyMillis} becomes {@code latencyMillis.le.<BOUND>.bucket}, with the bound
 * as label {@code le}, {@code latencyMillis.sum} and {@code latencyMillis.count}. Prometheus'
 * reporter must leave the bound of the last one, {@code +Inf}, as it is: {@code
 * filterLabelValueCharacters} is false. Used by one thread.
 */
public final class Buckets {

    private final long[] bounds;
    private final Counter[] upTo;
    private final Counter sum;
    private final Counter count;

    Buckets(MetricGroup parent, Metric metric) {
        MetricGroup group = parent.addGroup(metric.name());
        bounds = metric.bounds().stream().mapToLong(Long::longValue).toArray();
        upTo = new Counter[bounds.length + 1];
        for (int i = 0; i < bounds.length; i++) {
            upTo[i] = bucket(group, Long.toString(bounds[i]));
        }
        upTo[bounds.length] = bucket(group, "+Inf");
        sum = group.counter("sum");
        count = group.counter("count");
    }

    private static Counter bucket(MetricGroup group, String bound) {
        return group.addGroup("le", bound).counter("bucket");
    }

    /** One more value; below 0 it counts as 0, as two clocks may differ. */
    public void add(long value) {
        long counted = Math.max(0, value);
        upTo[bounds.length].inc();
        for (int i = bounds.length - 1; i >= 0 && counted <= bounds[i]; i--) {
            upTo[i].inc();
        }
        sum.inc(counted);
        count.inc();
    }
}
