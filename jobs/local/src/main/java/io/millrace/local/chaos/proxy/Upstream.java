package io.millrace.local.chaos.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The node behind a proxy, which begins to listen before it has one. Safe for several threads. */
public final class Upstream {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile @Nullable URI node;

    /** It is at {@code url} from now on. */
    public void at(String url) {
        node = URI.create(url);
    }

    /**
     * What it answers to a JSON-RPC call or a batch of them.
     *
     * @throws IOException if there is none yet, or it does not answer JSON within 30 s
     */
    public JsonNode ask(JsonNode request) throws IOException, InterruptedException {
        URI url = node;
        if (url == null) {
            throw new IOException("there is no node yet");
        }
        HttpRequest call =
                HttpRequest.newBuilder(url)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build();
        return MAPPER.readTree(http.send(call, BodyHandlers.ofByteArray()).body());
    }
}
