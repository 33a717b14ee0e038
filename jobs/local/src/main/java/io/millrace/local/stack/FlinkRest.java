package io.millrace.local.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

/** Flink's REST, for looking. Safe for use by several threads. */
public final class FlinkRest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final URI webUrl;

    /** Of the cluster at {@code webUrl}; nothing is asked yet. */
    public FlinkRest(URI webUrl) {
        this.webUrl = webUrl;
    }

    /**
     * The answer to a GET of {@code path}.
     *
     * @throws IOException if there is none, or it is no success
     */
    public JsonNode get(String path) throws IOException, InterruptedException {
        URI uri = webUrl.resolve(path);
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(uri).timeout(LIMIT).build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answers " + response.statusCode());
        }
        return MAPPER.readTree(response.body());
    }

    /** Ids of the TaskManagers that are registered and have sent a heartbeat. */
    List<String> taskManagers() throws IOException, InterruptedException {
        return StreamSupport.stream(get("/taskmanagers").path("taskmanagers").spliterator(), false)
                .map(taskManager -> taskManager.path("id").asText())
                .toList();
    }
}
