package io.millrace.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of the job that runs, over all subtasks, by Flink's REST.
 *
 * @param metrics by the engine's names, as {@code admit.heldMillis}; the operator's, which Flink
 *     puts before them, does not count
 */
public record JobMetrics(FlinkRest rest, Collection<String> metrics) {

    /** Copies. */
    public JobMetrics {
        metrics = List.copyOf(metrics);
    }

    /** Of all subtasks. */
    public record Value(long max, long sum) {

        private Value and(Value other) {
            return new Value(Math.max(max, other.max), sum + other.sum);
        }
    }

    /** By metric; empty where nothing runs. */
    public Map<String, Value> now() throws IOException, InterruptedException {
        Map<String, Value> values = new HashMap<>();
        for (JsonNode job : rest.get("/jobs/overview").path("jobs")) {
            if (job.path("state").asText().equals("RUNNING")) {
                String path = "/jobs/" + job.path("jid").asText();
                for (JsonNode vertex : rest.get(path).path("vertices")) {
                    add(path + "/vertices/" + vertex.path("id").asText(), values);
                }
            }
        }
        return values;
    }

    private void add(String vertex, Map<String, Value> values)
            throws IOException, InterruptedException {
        String path = vertex + "/subtasks/metrics";
        Set<String> ids = new HashSet<>();
        for (JsonNode entry : rest.get(path)) {
            String id = entry.path("id").asText();
            if (metricOf(id) != null) {
                ids.add(id);
            }
        }
        if (ids.isEmpty()) {
            return;
        }
        for (JsonNode entry : rest.get(path + "?agg=max,sum&get=" + String.join(",", ids))) {
            String metric = metricOf(entry.path("id").asText());
            if (metric != null) {
                values.merge(
                        metric,
                        new Value(
                                Math.round(entry.path("max").asDouble()),
                                Math.round(entry.path("sum").asDouble())),
                        Value::and);
            }
        }
    }

    /** Flink names a metric by operator, group and name. */
    private @Nullable String metricOf(String id) {
        return metrics.stream()
                .filter(metric -> id.endsWith("." + metric))
                .findFirst()
                .orElse(null);
    }
}
