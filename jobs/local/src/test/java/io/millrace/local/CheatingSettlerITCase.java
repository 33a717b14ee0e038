package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.Audit;
import io.millrace.audit.AuditConfig;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.local.cheat.Cheat;
import io.millrace.local.cheat.CheatTrial;
import io.millrace.local.cheat.Verdict;
import io.millrace.local.cheat.WatcherProcess;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TestStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settler that was honest and then cheats in every way there is, on one stack. */
class CheatingSettlerITCase {

    private static final int HONEST = 40;
    private static final long WATCH_MINUTES = 3;

    @TempDir private Path folder;

    @Test
    void cheats_ofEveryKind_areFoundAndMadeGood() throws Exception {
        StackOptions options = CheatTrial.roomFor(StackOptions.in(folder));
        try (LocalStack stack = TestStack.own(options);
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            client.send(HONEST);
            client.awaitSettled();
            assertNothingIsHeldAgainstIt(stack.file());
            stack.job().stop();

            List<String> told = new ArrayList<>();
            List<Verdict> verdicts =
                    CheatTrial.run(
                            stack.file(),
                            folder,
                            Cheat.named("all"),
                            () -> Audit.run(config(stack.file())),
                            told::add);

            assertThat(verdicts)
                    .as(String.join("\n", told))
                    .hasSameSizeAs(Cheat.values())
                    .allMatch(Verdict::holds)
                    .filteredOn(
                            one ->
                                    one.cheat().remedy() == Cheat.Remedy.BOND
                                            || one.cheat().remedy() == Cheat.Remedy.EARNINGS)
                    .allMatch(one -> one.paidNano() * 100 == one.debitedNano() * 120);
            CheatTrial.printTable(verdicts, told::add);
            told.forEach(System.out::println);
        }
    }

    private void assertNothingIsHeldAgainstIt(StackFile stack) throws Exception {
        List<String> arguments =
                new ArrayList<>(WatcherProcess.arguments(stack, folder.resolve("dry")));
        arguments.addAll(List.of("--dry-run", "--once"));
        StackProcess.Launch launch =
                WatcherProcess.jvm(folder.resolve("dry.log"), arguments).launch();
        Path said = folder.resolve("dry.out");
        ProcessBuilder command =
                new ProcessBuilder(launch.line())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        command.environment().putAll(launch.environment());
        Process watcher = command.start();
        try {
            assertThat(watcher.waitFor(WATCH_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
            assertThat(watcher.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            watcher.destroy();
        }
    }

    private static AuditConfig config(StackFile stack) {
        return new AuditConfig(
                KafkaAccess.at(stack.bootstrapServers()),
                stack.rpcUrl(),
                stack.vault(),
                stack.registry(),
                stack.startBlock(),
                false);
    }
}
