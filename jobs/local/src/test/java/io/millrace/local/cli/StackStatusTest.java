package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.millrace.local.stack.FlinkRest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against answers as Flink 2.2 gives them; a running one is asked in WalkthroughITCase. */
class StackStatusTest {

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private HttpServer flink;

    @BeforeEach
    void start() throws IOException {
        flink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 9);
        flink.createContext(
                "/",
                exchange -> {
                    String query = exchange.getRequestURI().getQuery();
                    String path = exchange.getRequestURI().getPath();
                    String answer = answers.get(path + (query == null ? "" : "?"));
                    byte[] body = (answer == null ? "[]" : answer).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        flink.start();
    }

    @AfterEach
    void stop() {
        flink.stop(0);
    }

    private StackStatus look() throws Exception {
        return StackStatus.of(
                new FlinkRest(URI.create("http://127.0.0.1:" + flink.getAddress().getPort())));
    }

    private void job(String state, String metrics, String values) {
        answers.put(
                "/jobs/overview",
                """
                {"jobs": [
                  {"jid": "old", "state": "FAILED", "start-time": 1, "duration": 9},
                  {"jid": "a", "state": "%s", "start-time": 2, "duration": 3725000}]}
                """
                        .formatted(state));
        answers.put("/jobs/a", "{\"vertices\": [{\"id\": \"v\"}]}");
        answers.put("/jobs/a/metrics?", "[{\"id\": \"numRestarts\", \"value\": \"3\"}]");
        answers.put(
                "/jobs/a/checkpoints",
                """
                {"counts": {"failed": 2}, "latest": {"completed":
                  {"id": 7, "latest_ack_timestamp": %d, "end_to_end_duration": 1500,
                   "checkpointed_size": 2048}}}
                """
                        .formatted(System.currentTimeMillis()));
        answers.put("/jobs/a/vertices/v/subtasks/metrics", metrics);
        answers.put("/jobs/a/vertices/v/subtasks/metrics?", values);
    }

    @Test
    void look_jobInGoodHealth_showsItOnAScreen() throws Exception {
        job(
                "RUNNING",
                "[{\"id\": \"meter.meter.answered\"}, {\"id\": \"submit.submit.unsettledNano\"}]",
                """
                [{"id": "meter.meter.answered", "max": 700, "sum": 1234},
                 {"id": "submit.submit.unsettledNano", "max": 1500000000, "sum": 1500000000}]
                """);
        StackStatus status = look();
        assertThat(status.healthy()).isTrue();
        assertThat(new StatusScreen(status, status).lines())
                .anyMatch(line -> line.matches("Job +RUNNING for 1 h 2 min, 3 restarts"))
                .anyMatch(
                        line -> line.matches("Checkpoints +newest .* took 1.5 s, 2 KiB; 2 failed"))
                .anyMatch(line -> line.matches("Answers +1,234, .*"))
                .anyMatch(line -> line.contains("1.500000000 USD unsettled"))
                .anyMatch(line -> line.matches("Gate +open"))
                .anyMatch(line -> line.matches("Alarms +none"));
        assertThat(status.toJson().path("metrics").path("meter.answered").path("sum").asLong())
                .isEqualTo(1234);
    }

    @Test
    void look_alarmAndClosedGate_namesBoth() throws Exception {
        job(
                "RUNNING",
                "[{\"id\": \"submit.submit.lowBalance\"}, {\"id\": \"g.admit.gateReason\"}]",
                """
                [{"id": "submit.submit.lowBalance", "max": 1, "sum": 1},
                 {"id": "g.admit.gateReason", "max": 2, "sum": 2}]
                """);
        StackStatus status = look();
        assertThat(status.healthy()).isFalse();
        assertThat(new StatusScreen(status, status).lines())
                .anyMatch(line -> line.matches("Gate +closed: as much is unsettled as may be.*"))
                .anyMatch(line -> line.matches("ALARM +submit.lowBalance is 1: .*RUNBOOK.*"));
        assertThat(status.toJson().path("alarms").findValuesAsText("metric"))
                .containsExactly("submit.lowBalance", "admit.gateReason");
    }

    @Test
    void look_jobThatFailed_isNotHealthyAndSaysWhatToDo() throws Exception {
        job("FAILED", "[]", "[]");
        StackStatus status = look();
        assertThat(status.healthy()).isFalse();
        assertThat(new StatusScreen(status, status).lines().get(0))
                .contains("FAILED", "millrace job start");
    }

    @Test
    void look_noJob_isNone() throws Exception {
        answers.put("/jobs/overview", "{\"jobs\": []}");
        StackStatus status = look();
        assertThat(status.state()).isEqualTo("NONE");
        assertThat(status.healthy()).isFalse();
        assertThat(new StatusScreen(status, status).lines().get(0)).contains("millrace job start");
    }
}
