package io.millrace.local.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.Ports;
import io.millrace.local.stack.StackProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Debian's Prometheus, which asks a stack for its metrics every two seconds. For one thread.
 *
 * <p>Without the program a test fails: it is one of those that .ci/run puts in place.
 */
public final class Prometheus implements AutoCloseable {

    /** As the PodMonitor's would be; the dashboards choose by it. */
    public static final String NAMESPACE = "local";

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String CONFIG =
            """
            global:
              scrape_interval: 2s
              scrape_timeout: 2s
              evaluation_interval: 1s
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: millrace
                static_configs:
                  - targets: ["127.0.0.1:%d"]
                    labels: {namespace: %s}
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final StackProcess process;
    private final String api;

    private Prometheus(StackProcess process, String api) {
        this.process = process;
        this.api = api;
    }

    /**
     * Returns once it answers.
     *
     * @param folder of its own
     * @param target port of this machine where metrics are
     * @param rules as in a file of rules
     */
    public static Prometheus start(Path folder, int target, String rules) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("rules.yaml"), rules);
        Path config = folder.resolve("prometheus.yaml");
        Files.writeString(config, CONFIG.formatted(target, NAMESPACE));
        String address = "127.0.0.1:" + Ports.free(1).get(0);
        String api = "http://" + address + "/api/v1/";
        List<String> line =
                List.of(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address,
                        "--log.level=warn");
        HttpClient http = HttpClient.newHttpClient();
        StackProcess process =
                new StackProcess(
                        "prometheus",
                        () -> new StackProcess.Launch(line, Map.of()),
                        folder.resolve("prometheus.log"),
                        new StackProcess.Readiness(
                                () -> get(http, api + "status/runtimeinfo"), START_LIMIT));
        process.start();
        return new Prometheus(process, api);
    }

    /** The values that {@code query} has now; those that are no number are left out. */
    public List<Double> values(String query) throws IOException, InterruptedException {
        List<Double> values = new ArrayList<>();
        for (JsonNode sample : result(query)) {
            // It writes +Inf, as of a quantile above the last bound, where Java reads Infinity.
            String text = sample.path("value").path(1).asText().replace("Inf", "Infinity");
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                values.add(value);
            }
        }
        return values;
    }

    /** The alerts that fire, with their labels and annotations. */
    public List<JsonNode> firing() throws IOException, InterruptedException {
        List<JsonNode> firing = new ArrayList<>();
        for (JsonNode alert : get(http, api + "alerts").path("alerts")) {
            if (alert.path("state").asText().equals("firing")) {
                firing.add(alert);
            }
        }
        return firing;
    }

    /** Where it is asked. */
    public URI uri() {
        return URI.create(api).resolve("/");
    }

    private JsonNode result(String query) throws IOException, InterruptedException {
        return get(http, api + "query?query=" + URLEncoder.encode(query, UTF_8)).path("result");
    }

    private static JsonNode get(HttpClient http, String url)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(URI.create(url)).timeout(ANSWER_LIMIT).build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(url + " is answered with " + response.body());
        }
        return MAPPER.readTree(response.body()).path("data");
    }

    @Override
    public void close() {
        process.close();
    }
}
