package io.millrace.local.chaos.sign;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.stack.FlinkRest;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values of metrics of the job that runs, by Flink's REST: of all subtasks the highest. */
record MetricValues(FlinkRest rest, List<String> metrics) {

    MetricValues {
        metrics = List.copyOf(metrics);
    }

    /** By metric; empty where nothing runs. */
    Map<String, Long> now() throws IOException, InterruptedException {
        Map<String, Long> values = new HashMap<>();
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

    private void add(String vertex, Map<String, Long> values)
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
        for (JsonNode entry : rest.get(path + "?agg=max&get=" + String.join(",", ids))) {
            String metric = metricOf(entry.path("id").asText());
            if (metric != null) {
                values.merge(metric, Math.round(entry.path("max").asDouble()), Math::max);
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
