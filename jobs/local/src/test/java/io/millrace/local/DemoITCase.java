package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo --json} in a process of its own, started as {@code jobs/bin/millrace} starts it. */
class DemoITCase {

    private static final int REQUESTS = 150;
    private static final int BAD = REQUESTS / 10;
    private static final String HASH = "0x[0-9a-f]{64}";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir private Path folder;

    @Test
    void demo_asJson_endsWithTheResultAndLeavesNothingRunning() throws Exception {
        Path output = folder.resolve("out");
        Path messages = folder.resolve("err");
        Process demo = start(output, messages);
        Set<ProcessHandle> started = new HashSet<>();
        try {
            await("the demo ends")
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                demo.descendants().forEach(started::add);
                                return !demo.isAlive();
                            });
        } finally {
            demo.destroy(); // its shutdown hook ends what it started
        }

        assertThat(demo.exitValue()).as(Files.readString(messages)).isZero();
        assertThat(started).as("broker and L2 node").hasSizeGreaterThanOrEqualTo(2);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(started)
                                        .as("processes that outlive it")
                                        .noneMatch(ProcessHandle::isAlive));
        List<String> lines = Files.readAllLines(output);
        assertResult(new ObjectMapper().readTree(lines.get(lines.size() - 1)));
        assertThat(folder.toFile().list())
                .as("what it leaves in the folder for temporary files")
                .noneMatch(name -> name.startsWith("millrace-demo"));
    }

    private Process start(Path output, Path messages) throws IOException {
        Path target = Installation.locate().home().resolve("jobs/local/target");
        ProcessBuilder command =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx3g",
                        "-XX:+UseSerialGC",
                        "-Dai.djl.offline=true",
                        "-Djava.io.tmpdir=" + folder,
                        "--add-opens=java.base/java.util=ALL-UNNAMED",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "io.millrace.local.cli.Millrace",
                        "demo",
                        "--requests",
                        Integer.toString(REQUESTS),
                        "--json");
        command.environment().put("DJL_CACHE_DIR", target.resolve("djl").toString());
        command.environment()
                .put(
                        "CLASSPATH",
                        target.resolve("classes")
                                + ":"
                                + Files.readString(target.resolve("launcher.classpath")).strip());
        return command.redirectOutput(output.toFile()).redirectError(messages.toFile()).start();
    }

    private static void assertResult(JsonNode result) {
        assertThat(fields(result))
                .containsExactly("ok", "seconds", "requests", "tokens", "epochs", "books", "proof");
        assertThat(result.path("ok").asBoolean()).isTrue();
        assertThat(result.path("seconds").asDouble()).isPositive();
        assertThat(result.path("tokens").asLong()).isPositive();

        JsonNode requests = result.path("requests");
        assertThat(fields(requests)).containsExactly("sent", "answered", "rejected");
        assertThat(requests.path("sent").asInt()).isEqualTo(REQUESTS);
        assertThat(requests.path("answered").asInt()).isEqualTo(REQUESTS - BAD);
        assertThat(requests.path("rejected").asInt()).isEqualTo(BAD);

        long receipts = 0;
        long previous = 0;
        for (JsonNode epoch : result.path("epochs")) {
            assertThat(fields(epoch))
                    .containsExactly(
                            "epoch", "transaction", "gas", "accounts", "debitsNano", "receipts");
            assertThat(epoch.path("epoch").asLong()).isEqualTo(++previous);
            assertThat(epoch.path("transaction").asText()).matches(HASH);
            assertThat(epoch.path("gas").asLong()).isPositive();
            receipts += epoch.path("receipts").asLong();
        }
        assertThat(receipts).as("receipts of all epochs").isEqualTo(REQUESTS - BAD);

        JsonNode books = result.path("books");
        assertThat(fields(books)).containsExactly("ok", "checks");
        assertThat(books.path("ok").asBoolean()).isTrue();
        assertThat(books.path("checks"))
                .isNotEmpty()
                .allSatisfy(
                        check -> {
                            assertThat(fields(check))
                                    .containsExactly("name", "ok", "notYet", "detail");
                            assertThat(check.path("ok").asBoolean()).isTrue();
                            assertThat(check.path("notYet").asLong()).isZero();
                        });

        JsonNode proof = result.path("proof");
        assertThat(fields(proof)).containsExactly("requestId", "epoch", "verified");
        assertThat(proof.path("requestId").asText()).matches(HASH);
        assertThat(proof.path("epoch").asLong()).isBetween(1L, previous);
        assertThat(proof.path("verified").asBoolean()).isTrue();
    }

    private static List<String> fields(JsonNode object) {
        return object.properties().stream().map(field -> field.getKey()).toList();
    }
}
