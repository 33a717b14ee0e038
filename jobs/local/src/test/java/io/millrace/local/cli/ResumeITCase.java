package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.audit.cli.AuditProgram;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.local.client.Totals;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stack of {@code up}, killed with kill -9 in mid-work and started again in its folder; then
 * its job, ended in mid-work and all its state deleted.
 */
class ResumeITCase {

    /** Four parts of the stack, ten seconds each, and a moment. */
    private static final Duration ENDING = Duration.ofSeconds(45);

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int REQUESTS = 30;

    @TempDir private Path folder;

    @Test
    void up_allKilledThenAllStateLost_goesOnWithAllMoneyAccountedFor() throws Exception {
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

        boolean ended;
        Process second = up("second");
        try {
            send(texts);
            awaitBooks(2 * REQUESTS);

            send(texts);
            await().atMost(LIMIT).until(() -> totals().answered() > 2 * REQUESTS);
            loseState();
            assertThat(run("job", "start", "--no-recover")).as("a start from nothing").isEqualTo(3);
            assertThat(run("recover")).isZero();
            assertThat(run("job", "start")).isZero();
            send(texts);
            awaitBooks(4 * REQUESTS);
            auditWithoutTheLauncher();
            send(texts);
        } finally {
            second.destroy();
            ended = second.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS);
            second.destroyForcibly();
        }
        assertThat(ended).as("ended when it was told to, busy as it was").isTrue();
        assertThat(second.toHandle().descendants()).isEmpty();
    }

    /** Everything is settled and right. */
    private void awaitBooks(int charges) throws Exception {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(2))
                .ignoreExceptionsInstanceOf(IOException.class) // the node is busy, or reorganised
                .until(() -> AuditCommand.of(stack(), true).ok());
        assertThat(totals().charges()).as("charges").isEqualTo(charges);
        assertThat(totals().rejected()).as("refused").isZero();
    }

    /** By addresses alone, as on a cluster; the second time from where the first has ended. */
    private void auditWithoutTheLauncher() throws Exception {
        Path anchor = folder.resolve("books.anchor");
        for (int i = 0; i < 2; i++) {
            assertThat(auditProgram("audit", "--settled", "--anchor", anchor.toString())).isZero();
            assertThat(anchor).exists();
        }
        assertThat(auditProgram("prove", totals().lastReceipt(), "--json")).isZero();
        byte[] bytes = Files.readAllBytes(anchor);
        bytes[bytes.length / 2] ^= 1;
        Files.write(anchor, bytes);
        assertThat(auditProgram("audit", "--anchor", anchor.toString())).isEqualTo(3);
    }

    private int auditProgram(String... arguments) throws Exception {
        StackFile stack = stack();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--kafka.bootstrap.servers", stack.bootstrapServers()));
        all.addAll(List.of("--chain.rpc.urls", stack.rpcUrl()));
        all.addAll(List.of("--vault.address", stack.vault()));
        all.addAll(List.of("--registry.address", stack.registry()));
        all.addAll(List.of("--chain.start.block", Long.toString(stack.startBlock())));
        return AuditProgram.run(all.toArray(new String[0]));
    }

    private void loseState() throws Exception {
        new StackJob(stack(), directory()).cancel();
        FileUtils.deleteDirectory(directory().resolve("flink/checkpoints").toFile());
        FileUtils.deleteDirectory(directory().resolve("flink/savepoints").toFile());
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
        assertThat(run("send", "--input", texts.toString())).isZero();
    }

    /** A command on the stack; returns its exit code. */
    private int run(String... command) {
        return Millrace.run(
                Stream.concat(Stream.of(command), Stream.of("--dir", directory().toString()))
                        .toArray(String[]::new));
    }

    private Totals totals() throws IOException {
        Totals totals = new Totals();
        try (TopicScan scan =
                new TopicScan(Brokers.at(stack().bootstrapServers()), Totals.TOPICS)) {
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
