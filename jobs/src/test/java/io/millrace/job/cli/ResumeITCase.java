package io.millrace.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.client.TopicScan;
import io.millrace.job.client.Totals;
import io.millrace.job.stack.StackFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack of {@code up}, killed with kill -9 in mid-work and started again in its folder. */
class ResumeITCase {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int REQUESTS = 30;

    @TempDir private Path folder;

    @Test
    void up_everythingKilledInMidWork_goesOnByItselfWithAllMoneyAccountedFor() throws Exception {
        Path texts =
                Files.write(
                        folder.resolve("texts"),
                        IntStream.range(0, REQUESTS).mapToObj(i -> "whale number " + i).toList());
        Process first = up("first");
        try {
            send(texts);
            // While answers are on their way: some charged, some not, none settled.
            await().atMost(LIMIT).until(() -> totals().answered() > 0);
        } finally {
            killAll(first);
        }

        Process second = up("second");
        try {
            send(texts);
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> AuditCommand.of(stack(), true).ok());
            assertThat(totals().charges()).as("charges").isEqualTo(2 * REQUESTS);
            assertThat(totals().rejected()).as("refused").isZero();
        } finally {
            second.destroy();
            second.waitFor();
        }
        assertThat(second.toHandle().descendants()).isEmpty();
    }

    /** Runs {@code up} as a user does, until it says that it is up. */
    private Process up(String name) throws IOException {
        Path out = folder.resolve(name + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx2g",
                                "-XX:+UseSerialGC",
                                "-Dai.djl.offline=true",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                Millrace.class.getName(),
                                "up",
                                "--dir",
                                directory().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        await("the stack is up")
                .atMost(LIMIT)
                .until(() -> !process.isAlive() || Files.readString(out).contains("Up. Ctrl-C"));
        assertThat(process.isAlive()).as(Files.readString(out)).isTrue();
        return process;
    }

    /** As a power cut: nobody gets a chance to tidy up. */
    private static void killAll(Process launcher) throws InterruptedException {
        List<ProcessHandle> all = launcher.descendants().toList();
        launcher.destroyForcibly().waitFor();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private void send(Path texts) {
        int exit =
                Millrace.run("send", "--dir", directory().toString(), "--input", texts.toString());
        assertThat(exit).isZero();
    }

    private Totals totals() throws IOException {
        Totals totals = new Totals();
        try (TopicScan scan = new TopicScan(stack().bootstrapServers(), Totals.TOPICS)) {
            scan.toEnd(totals::add);
        }
        return totals;
    }

    private StackFile stack() throws IOException {
        return StackFile.read(directory());
    }

    private Path directory() {
        return folder.resolve("stack");
    }
}
