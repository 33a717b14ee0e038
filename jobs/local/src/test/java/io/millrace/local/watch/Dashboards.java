package io.millrace.local.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The dashboards of the manifests, as Grafana would ask for them. */
public final class Dashboards {

    private static final String METRICS = "k8s/components/metrics";

    private Dashboards() {}

    /**
     * The query of each line of each panel, by where it stands, with what Grafana puts in.
     *
     * @param interval over which rates are taken, as {@code 20s}
     */
    public static Map<String, String> queries(String interval) throws IOException {
        Map<String, String> queries = new TreeMap<>();
        for (Path file : files()) {
            JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    queries.put(
                            String.join(
                                    ": ",
                                    dashboard.path("title").asText(),
                                    panel.path("title").asText(),
                                    target.path("legendFormat").asText()),
                            target.path("expr")
                                    .asText()
                                    .replace("$__rate_interval", interval)
                                    .replace("$namespace", Prometheus.NAMESPACE)
                                    .replace("$job", ".*"));
                }
            }
        }
        return queries;
    }

    /** The alert rules as Prometheus reads them, each to fire as soon as its condition holds. */
    public static String alertsWithoutDelay() throws IOException {
        String rule = Files.readString(folder().resolve("alerts.yaml"));
        List<String> lines =
                rule.substring(rule.indexOf("\nspec:\n") + "\nspec:\n".length())
                        .lines()
                        .filter(line -> !line.strip().startsWith("for:"))
                        .toList();
        return String.join("\n", lines) + "\n";
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder().resolve("dashboards"))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    private static Path folder() {
        return Installation.locate().home().resolve(METRICS);
    }
}
