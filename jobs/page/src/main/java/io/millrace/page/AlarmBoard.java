package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.page.Runbook.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which alarms are on, and what to do about each: the alerts that a Prometheus says are firing, by
 * its HTTP API ({@code /api/v1/alerts}), beside the runbook's words. Asked when somebody looks, and
 * then not more often than every few seconds. Safe for use by several threads.
 */
final class AlarmBoard {

    private static final Logger LOG = LoggerFactory.getLogger(AlarmBoard.class);
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final long FRESH_NANOS = Duration.ofSeconds(4).toNanos();
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_SHOWN = 100;

    private final String url;
    private final Map<String, String> labels;
    private final Runbook runbook;
    private final HttpClient http;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Look last;

    /** An answer that may be shown for a while; {@code failure} is empty if it is one. */
    private record Look(long atNanos, ObjectNode json, String failure) {}

    /**
     * Asks nobody yet.
     *
     * @param url of a Prometheus, without its path; empty if there is none
     * @param labels that an alert must have to be of this deployment
     */
    AlarmBoard(String url, Map<String, String> labels, Runbook runbook) {
        this.url = url.replaceFirst("/+$", "");
        this.labels = Map.copyOf(labels);
        this.runbook = runbook;
        http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
        last = new Look(System.nanoTime() - 2 * FRESH_NANOS, shown(Json.object()), "");
    }

    /** What is on. One thread asks, the others are answered with what was known before. */
    ObjectNode toJson() {
        if (!url.isEmpty()
                && System.nanoTime() - last.atNanos() > FRESH_NANOS
                && asking.tryLock()) {
            try {
                last = look();
            } finally {
                asking.unlock();
            }
        }
        return last.json().deepCopy().put("watched", !url.isEmpty()).put("failure", last.failure());
    }

    private Look look() {
        String failure;
        try {
            return new Look(System.nanoTime(), shown(ask()), "");
        } catch (IOException | IllegalArgumentException e) {
            failure = "%s does not tell the alarms: %s".formatted(url, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "the page is about to end";
        }
        if (last.failure().isEmpty()) {
            LOG.warn("{}", failure);
        }
        return new Look(System.nanoTime(), last.json(), failure);
    }

    private JsonNode ask() throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(
                        HttpRequest.newBuilder(URI.create(url + "/api/v1/alerts"))
                                .timeout(LIMIT)
                                .build(),
                        BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            byte[] content = body.readNBytes(MOST_BYTES + 1);
            if (answer.statusCode() != 200 || content.length > MOST_BYTES) {
                throw new IOException(
                        "it answers %d with %s%d bytes"
                                .formatted(
                                        answer.statusCode(),
                                        content.length > MOST_BYTES ? "more than " : "",
                                        Math.min(content.length, MOST_BYTES)));
            }
            JsonNode read = Json.fields(content).object();
            if (!read.path("data").path("alerts").isArray()) {
                throw new IOException("its answer has no data.alerts; give a Prometheus's address");
            }
            return read;
        }
    }

    private ObjectNode shown(JsonNode answer) {
        ObjectNode json = Json.object();
        ArrayNode firing = json.putArray("firing");
        int count = 0;
        for (JsonNode alert : answer.path("data").path("alerts")) {
            String metric = alert.path("labels").path("metric").asText();
            if (alert.path("state").asText().equals("firing")
                    && !metric.isEmpty()
                    && isOurs(alert.path("labels"))) {
                count++;
                if (count <= MOST_SHOWN) {
                    add(firing.addObject(), metric, alert);
                }
            }
        }
        return json.put("count", count);
    }

    private boolean isOurs(JsonNode of) {
        return labels.entrySet().stream()
                .allMatch(label -> of.path(label.getKey()).asText().equals(label.getValue()));
    }

    private void add(ObjectNode row, String metric, JsonNode alert) {
        double value = alert.path("value").asDouble(); // text, as 1e+00
        Entry entry = runbook.entry(metric, Math.round(value));
        row.put("metric", metric)
                .put("severity", alert.path("labels").path("severity").asText("warn"))
                .put("summary", alert.path("annotations").path("summary").asText())
                .put("value", value)
                .put("sinceMillis", millis(alert.path("activeAt").asText()))
                .put("meaning", entry == null ? "" : entry.meaning())
                .put("remedy", entry == null ? "" : entry.remedy());
    }

    private static long millis(String time) {
        try {
            return Instant.parse(time).toEpochMilli();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }
}
