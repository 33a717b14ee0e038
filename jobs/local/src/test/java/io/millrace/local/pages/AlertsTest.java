package io.millrace.local.pages;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.RejectReason;
import io.millrace.metrics.Metric;
import io.millrace.metrics.MetricRegistrar;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.MetricRegistryConfiguration;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.metrics.ReporterSetupBuilder;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.junit.jupiter.api.Test;

/** The alerts of the manifests ask for metrics by the names under which Flink exports them. */
class AlertsTest {

    private static final long FRAME_BYTES = 1 << 20;

    /** Flink's reporter for Prometheus without the server that would listen on every address. */
    private static final class Reporter extends AbstractPrometheusReporter {

        Set<String> names() throws ReflectiveOperationException {
            Field field = AbstractPrometheusReporter.class.getDeclaredField("registry");
            field.setAccessible(true);
            CollectorRegistry registry = (CollectorRegistry) field.get(this);
            return Collections.list(registry.metricFamilySamples()).stream()
                    .map((Collector.MetricFamilySamples family) -> family.name)
                    .collect(toCollection(TreeSet::new));
        }
    }

    @Test
    void alerts_metrics_areThoseThatTheReporterExports() throws Exception {
        Set<String> asked = asked();
        assertThat(asked).isNotEmpty();
        assertThat(exported()).containsAll(asked);
    }

    private static Set<String> asked() throws IOException {
        return Pattern.compile("flink_\\w+")
                .matcher(Files.readString(Page.ROOT.resolve("k8s/components/metrics/alerts.yaml")))
                .results()
                .map(MatchResult::group)
                .collect(toCollection(TreeSet::new));
    }

    /** What an operator with all alarms of the engine exports. */
    private static Set<String> exported() throws Exception {
        Reporter reporter = new Reporter();
        reporter.open(new MetricConfig());
        MetricRegistryImpl registry =
                new MetricRegistryImpl(
                        MetricRegistryConfiguration.fromConfiguration(
                                new Configuration(), FRAME_BYTES),
                        List.of(
                                ReporterSetupBuilder.METRIC_SETUP_BUILDER.forReporter(
                                        "prometheus", reporter)));
        try {
            register(
                    TaskManagerMetricGroup.createTaskManagerMetricGroup(
                                    registry, "127.0.0.1", ResourceID.generate())
                            .addJob(new JobID(), "millrace")
                            .addTask(ExecutionAttemptID.randomId(), "task")
                            .getOrAddOperator("operator"));
            return reporter.names();
        } finally {
            registry.closeAsync().get();
        }
    }

    private static void register(MetricGroup operator) throws IllegalAccessException {
        MetricRegistrar registrar = new MetricRegistrar(operator);
        for (Metric metric : EngineMetrics.all()) {
            if (!metric.alarm()) {
                continue;
            }
            if (!metric.each().isEmpty()) {
                for (RejectReason reason : RejectReason.values()) {
                    registrar.counter(metric, reason);
                }
            } else if (metric.kind() == Metric.Kind.COUNTER) {
                registrar.counter(metric);
            } else {
                registrar.gauge(metric, () -> 1L);
            }
        }
    }
}
