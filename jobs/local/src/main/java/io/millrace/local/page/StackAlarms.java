package io.millrace.local.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.local.chaos.sign.AlarmRule;
import io.millrace.local.chaos.sign.Alarms;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A stack's alarms in the words of Prometheus' {@code /api/v1/alerts}, which is what a page asks on
 * a cluster; no Prometheus runs beside a stack. Flink is asked when the page asks: a stack that
 * nobody looks at is left alone.
 */
final class StackAlarms implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> METRICS =
            AlarmRule.ALL.stream().map(AlarmRule::metric).distinct().toList();

    private final JobMetrics metrics;
    private final Alarms alarms = new Alarms(AlarmRule.ALL);
    private final HttpServer server;

    private StackAlarms(JobMetrics metrics) throws IOException {
        this.metrics = metrics;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/alerts", this::answer); // one after the other
    }

    /** Of the job of the Flink at {@code webUrl}. */
    static StackAlarms start(URI webUrl) throws IOException {
        StackAlarms started = new StackAlarms(new JobMetrics(new FlinkRest(webUrl), METRICS));
        started.server.start();
        return started;
    }

    /** What a page is given as its Prometheus. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            ObjectNode answer = MAPPER.createObjectNode();
            int status = 200;
            try {
                answer.put("status", "success").putObject("data").set("alerts", now());
            } catch (IOException e) {
                answer.put("status", "error").put("error", String.valueOf(e.getMessage()));
                status = 503;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                status = 503;
            }
            byte[] content = MAPPER.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private ArrayNode now() throws IOException, InterruptedException {
        Map<String, Long> values = new HashMap<>();
        metrics.now().forEach((metric, value) -> values.put(metric, value.max()));
        long nanos = System.nanoTime();
        var unused = alarms.look(values, nanos);
        ArrayNode alerts = MAPPER.createArrayNode();
        for (Alarms.Standing on : alarms.standing(nanos)) {
            ObjectNode alert = alerts.addObject().put("state", "firing");
            alert.putObject("labels").put("metric", on.metric()).put("severity", "page");
            alert.putObject("annotations");
            alert.put("activeAt", Instant.now().minusNanos(nanos - on.sinceNanos()).toString())
                    .put("value", Long.toString(on.value()));
        }
        return alerts;
    }
}
