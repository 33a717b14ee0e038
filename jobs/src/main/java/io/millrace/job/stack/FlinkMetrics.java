package io.millrace.job.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Metrics of one job, summed over subtasks, from Flink's REST. Used by one thread. */
public final class FlinkMetrics {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final String job;
    private final Map<String, String> vertexOf = new HashMap<>();

    /**
     * @param webUrl of Flink @param job id
     */
    public FlinkMetrics(URI webUrl, String job) {
        this.job = webUrl.resolve("/jobs/" + job).toString();
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
        JsonNode sums = get("/vertices/" + vertex + "/subtasks/metrics?agg=sum&get=" + metric);
        return sums.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.round(sums.get(0).path("sum").asDouble()));
    }

    private String find(String marker) throws IOException, InterruptedException {
        for (String vertex : ids(get("").path("vertices"))) {
            if (ids(get("/vertices/" + vertex + "/subtasks/metrics")).contains(marker)) {
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

    private JsonNode get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(job + path);
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(uri).timeout(LIMIT).build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answers " + response.statusCode());
        }
        return MAPPER.readTree(response.body());
    }
}
