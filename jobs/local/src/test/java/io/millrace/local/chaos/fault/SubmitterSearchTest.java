package io.millrace.local.chaos.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.job.Uids;
import io.millrace.local.stack.FlinkRest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flink's answers, from a server that gives nothing else. */
class SubmitterSearchTest {

    private static final String JOB = "/jobs/7a";
    private static final List<String> NAMES = List.of("taskmanager-1", "taskmanager-10");

    private final Map<String, String> answers = new HashMap<>();
    private HttpServer server;
    private SubmitterSearch search;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String answer = answers.get(exchange.getRequestURI().getPath());
                    byte[] body = (answer == null ? "" : answer).getBytes(UTF_8);
                    exchange.sendResponseHeaders(
                            answer == null ? 404 : 200, body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        search =
                new SubmitterSearch(
                        new FlinkRest(
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort())));
        answers.put(
                JOB,
                "{\"vertices\":[{\"id\":\"a1\",\"name\":\"admit\"},{\"id\":\"b2\",\"name\":\"x -> %s\"}]}"
                        .formatted(Uids.SUBMIT));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void find_submitterRuns_itsTaskManager() throws Exception {
        runsOn("taskmanager-1-4f2c");
        assertThat(search.find("7a", NAMES)).contains("taskmanager-1");

        runsOn("taskmanager-10-4f2c");
        assertThat(search.find("7a", NAMES))
                .as("not the one its name begins with")
                .contains("taskmanager-10");
    }

    @Test
    void find_beingDeployed_nobody() throws Exception {
        runsOn("(unassigned)");

        assertThat(search.find("7a", NAMES)).isEmpty();
    }

    @Test
    void find_jobWithoutSubmitter_nobody() throws Exception {
        answers.put(JOB, "{\"vertices\":[{\"id\":\"a1\",\"name\":\"admit\"}]}");

        assertThat(search.find("7a", NAMES)).isEmpty();
    }

    @Test
    void find_unknownJob_fails() {
        assertThatThrownBy(() -> search.find("99", NAMES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/jobs/99 answers 404");
    }

    private void runsOn(String taskManagerId) {
        answers.put(
                JOB + "/vertices/b2",
                "{\"subtasks\":[{\"taskmanager-id\":\"%s\"}]}".formatted(taskManagerId));
    }
}
