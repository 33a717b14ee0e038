package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.Nano;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack as a user starts it, around a job that only passes numbers. */
class LocalStackITCase {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir private Path folder;

    @BeforeAll
    static void beAlone() {
        TestStack.endUnused();
    }

    @Test
    void stack_started_isFundedFromTheVaultAndLeavesNothingRunning() throws Exception {
        Set<Long> before = processes();
        StackOptions options = StackOptions.in(folder.resolve("stack")).withRequester(1);
        try (LocalStack stack =
                LocalStack.start(options, LocalStackITCase::passNumbers, step -> {})) {
            StackFile file = StackFile.read(options.directory());
            assertThat(file).isEqualTo(stack.file());
            assertThat(file.providers())
                    .extracting(StackFile.Account::account)
                    .containsExactly(1, 2);
            assertThat(file.requesters()).hasSize(5);
            try (EvmSession session = new EvmSession(file.rpcUrl(), file.chainId())) {
                SettlementVault vault = session.vault(file.vault());
                assertThat(balance(vault, file.requesters().get(0))).isEqualTo(10 * Nano.PER_TOKEN);
                assertThat(balance(vault, file.requesters().get(4))).isEqualTo(1000);
            }
            for (StackFile.Account account : file.requesters()) {
                assertThat(
                                PosixFilePermissions.toString(
                                        Files.getPosixFilePermissions(Path.of(account.keyFile()))))
                        .isEqualTo("rw-------");
            }
            stack.requireHealthy();

            awaitTasks(stack);
            String savepoint = stack.job().stop();
            assertThat(stack.job().running()).isEmpty();
            stack.job().start(LocalStackITCase::passNumbers, savepoint, 1, Map.of());
            assertThat(stack.job().running()).hasSize(1);
            stack.requireHealthy();
        }
        assertThat(processes()).as("processes that outlived the stack").isEqualTo(before);
    }

    @Test
    void stack_folderInUse_refused() throws Exception {
        Files.createFile(folder.resolve("notes"));
        assertThatThrownBy(
                        () ->
                                LocalStack.start(
                                        StackOptions.in(folder),
                                        LocalStackITCase::passNumbers,
                                        step -> {}))
                .hasMessageContaining("is not empty");
    }

    @Test
    void child_endsAtOnce_logTailIsReported() throws Exception {
        Path log = folder.resolve("child.log");
        try (ChildProcess child =
                ChildProcess.start("child", List.of("sh", "-c", "echo no room; exit 3"), log)) {
            assertThatThrownBy(() -> child.requireSuccess(Duration.ofSeconds(10)))
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("no room");
        }
    }

    @Test
    void child_closed_endsWithAllItStarted() {
        Set<Long> before = processes();
        try (ChildProcess child =
                ChildProcess.start(
                        "child", List.of("sleep", "1000"), folder.resolve("child.log"))) {
            child.requireAlive();
            assertThat(processes()).hasSizeGreaterThan(before.size());
        }
        await().untilAsserted(() -> assertThat(processes()).isEqualTo(before));
    }

    private static long balance(SettlementVault vault, StackFile.Account account) throws Exception {
        return vault.spendingBalanceOf(BigInteger.valueOf(account.account()))
                .send()
                .longValueExact();
    }

    private static JobClient passNumbers(Configuration flink, Map<String, String> options)
            throws Exception {
        assertThat(options).containsKeys("kafka.bootstrap.servers", "provider.accounts");
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(flink);
        env.enableCheckpointing(500);
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(100),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .sinkTo(new DiscardingSink<>())
                .uid("discard");
        JobClient client = env.executeAsync();
        await().atMost(LIMIT).until(() -> client.getJobStatus().get() == JobStatus.RUNNING);
        return client;
    }

    /** A job counts as running before its tasks do, and only then can it be stopped. */
    private static void awaitTasks(LocalStack stack) {
        FlinkRest rest = new FlinkRest(URI.create(stack.file().webUrl()));
        await("all tasks run")
                .atMost(LIMIT)
                .until(
                        () -> {
                            JsonNode tasks =
                                    rest.get("/jobs/overview").path("jobs").path(0).path("tasks");
                            int total = tasks.path("total").asInt();
                            return total > 0 && tasks.path("running").asInt() == total;
                        });
    }

    private static Set<Long> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
