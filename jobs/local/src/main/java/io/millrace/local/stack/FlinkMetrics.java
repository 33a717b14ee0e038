package io.millrace.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Metrics of one job, summed over subtasks, from Flink's REST. Used by one thread. */
public final class FlinkMetrics {

    private final FlinkRest rest;
    private final String job;
    private final Map<String, String> vertexOf = new HashMap<>();

    /**
     * @param webUrl of Flink
     * @param job id
     */
    public FlinkMetrics(URI webUrl, String job) {
        this.rest = new FlinkRest(webUrl);
        this.job = "/jobs/" + job;
    }

    /**
     * Sum of {@code metric} over the subtasks of the vertex that has a metric named {@code marker}.
     * Empty as long as Flink has not gathered it.
     */
    public OptionalLong sum(String marker, String metric) throws IOException, InterruptedException {
        String vertex = vertexOf.get(marker);
        if (vertex == null) {
            vertex = find(marker);
            if (vertex.isEmpty()) {
                return OptionalLong.empty();
            }
            vertexOf.put(marker, vertex);
        }
        JsonNode sums =
                rest.get(job + "/vertices/" + vertex + "/subtasks/metrics?agg=sum&get=" + metric);
        return sums.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.round(sums.get(0).path("sum").asDouble()));
    }

    private String find(String marker) throws IOException, InterruptedException {
        for (String vertex : ids(rest.get(job).path("vertices"))) {
            if (ids(rest.get(job + "/vertices/" + vertex + "/subtasks/metrics")).contains(marker)) {
                return vertex;
            }
        }
        return "";
    }

    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        list.forEach(entry -> ids.add(entry.path("id").asText()));
        return ids;
    }
}
