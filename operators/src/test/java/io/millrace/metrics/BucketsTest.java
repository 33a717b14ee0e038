package io.millrace.metrics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

/** A histogram's counters are what Prometheus needs to tell quantiles of sums. */
class BucketsTest {

    private static final List<Long> BOUNDS = List.of(5L, 10L, 20L, 40L);

    /** Keeps the counters by their names from the operator on. */
    private static final class Kept extends UnregisteredMetricsGroup {

        private final String name;
        private final Map<String, Counter> counters;

        Kept(String name, Map<String, Counter> counters) {
            this.name = name;
            this.counters = counters;
        }

        @Override
        public Counter counter(String metric) {
            Counter counter = super.counter(metric);
            counters.put(name + metric, counter);
            return counter;
        }

        @Override
        public MetricGroup addGroup(String group) {
            return new Kept(name + group + ".", counters);
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return new Kept(name + key + "=" + value + ".", counters);
        }
    }

    @Test
    void values_anyOnes_areCountedInEachBucketThatHoldsThem() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<String, Counter> counters = new HashMap<>();
        Buckets buckets =
                new MetricRegistrar(new Kept("", counters))
                        .histogramBy(
                                Metric.histogram("infer", "spanMillis", "of spans", BOUNDS)
                                        .by("model"),
                                "m");
        List<Long> values =
                random.longs(200, -3, 60).boxed().map(v -> v > 50 ? 40 + v : v).toList();
        values.forEach(buckets::add);

        String name = "infer.model=m.spanMillis.";
        for (long bound : BOUNDS) {
            assertThat(count(counters, name + "le=" + bound + ".bucket"))
                    .as("up to %d, seed %d", bound, seed)
                    .isEqualTo(values.stream().filter(value -> value <= bound).count());
        }
        assertThat(count(counters, name + "le=+Inf.bucket")).isEqualTo(200);
        assertThat(count(counters, name + "count")).isEqualTo(200);
        assertThat(count(counters, name + "sum"))
                .as("seed %d", seed)
                .isEqualTo(values.stream().mapToLong(value -> Math.max(0, value)).sum());
    }

    private static long count(Map<String, Counter> counters, String name) {
        return requireNonNull(counters.get(name), name).getCount();
    }
}
