package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is shown of answers good, bad and of others; a real Prometheus is asked where one runs. */
class AlarmBoardTest {

    private static final String FIRING =
            """
            {"status":"success","data":{"alerts":[
              {"labels":{"alertname":"A","metric":"submit.waiting","severity":"page","namespace":"ours"},
               "annotations":{"summary":"it waits"},"state":"firing","activeAt":"2026-01-02T03:04:05.123456789Z","value":"1e+00"},
              {"labels":{"metric":"submit.halts","namespace":"ours"},"state":"pending","value":"1e+00"},
              {"labels":{"metric":"submit.halts","namespace":"theirs"},"state":"firing","value":"1e+00"},
              {"labels":{"alertname":"DiskFull","namespace":"ours"},"state":"firing","value":"1e+00"}]}}
            """;

    private HttpServer server;
    private volatile String answer = FIRING;
    private volatile int status = 200;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/api/v1/alerts",
                exchange -> {
                    byte[] content = answer.getBytes(UTF_8);
                    exchange.sendResponseHeaders(status, content.length);
                    exchange.getResponseBody().write(content);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void alerts_ofThisDeploymentThatFire_areShownWithTheRunbooksWords() throws IOException {
        JsonNode told = board(Map.of("namespace", "ours")).toJson();

        assertThat(told.path("count").asInt()).isEqualTo(1);
        JsonNode alarm = told.path("firing").path(0);
        assertThat(alarm.path("metric").asText()).isEqualTo("submit.waiting");
        assertThat(alarm.path("sinceMillis").asLong()).isEqualTo(1_767_323_045_123L);
        assertThat(alarm.path("meaning").asText()).startsWith("the last look at the chain failed");
        assertThat(alarm.path("remedy").asText()).startsWith("read the one WARN");
    }

    @Test
    void alerts_withoutLabelsGiven_areThoseOfAll() throws IOException {
        assertThat(board(Map.of()).toJson().path("count").asInt()).isEqualTo(2);
    }

    @Test
    void answer_ofNoPrometheus_isAFailureWithItsAddress() throws IOException {
        for (String other : new String[] {"{}", "[]", "<html>", ""}) {
            answer = other;
            assertThat(board(Map.of()).toJson().path("failure").asText())
                    .as(other)
                    .contains("127.0.0.1:" + server.getAddress().getPort());
        }
        status = 503;
        answer = "{}";
        assertThat(board(Map.of()).toJson().path("failure").asText()).contains("answers 503");
    }

    @Test
    void answer_withoutEnd_isCutOff() throws IOException {
        answer = "\"" + "x".repeat(5 << 20) + "\"";

        assertThat(board(Map.of()).toJson().path("failure").asText()).contains("more than 4194304");
    }

    @Test
    void url_ofNobody_isAFailure() throws IOException {
        server.stop(0);

        assertThat(board(Map.of()).toJson().path("failure").asText()).isNotEmpty();
    }

    @Test
    void url_none_nobodyWatches() throws IOException {
        JsonNode told = new AlarmBoard("", Map.of(), Runbook.load()).toJson();

        assertThat(told.path("watched").asBoolean()).isFalse();
        assertThat(told.path("failure").asText()).isEmpty();
    }

    private AlarmBoard board(Map<String, String> labels) throws IOException {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        return new AlarmBoard(url, labels, Runbook.load());
    }
}
