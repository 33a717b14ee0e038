package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.stack.TestStack;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run against real processes. Long ones are run with {@code jobs/bin/millrace chaos}; the
 * harness is the same.
 */
class ChaosITCase {

    private static final long SEED = 3;
    private static final List<FaultKind> KINDS =
            List.of(FaultKind.KILL_SUBMITTER, FaultKind.REORG, FaultKind.KILL_ALL);

    @TempDir private Path folder;

    @BeforeAll
    static void beAlone() {
        TestStack.endUnused();
    }

    @Test
    void stack_submitterAndThenEverythingKilledAndBlocksLost_losesAndDoublesNothing()
            throws Exception {
        Set<Long> before = processes();
        ChaosReport report =
                new Chaos(
                                new ChaosOptions(
                                        SEED,
                                        Duration.ofMinutes(15),
                                        KINDS,
                                        KINDS.size(),
                                        2,
                                        8,
                                        10,
                                        Duration.ofMinutes(4)),
                                folder.resolve("stack"),
                                InferenceSettlementJob::start,
                                Clock.systemUTC(),
                                System.out::println)
                        .run();

        assertThat(report.faults())
                .extracting(ChaosReport.Injected::kind)
                .containsExactlyInAnyOrderElementsOf(KINDS);
        assertThat(report.books().checks()).allMatch(check -> check.ok());
        assertThat(report.ok()).as("seed " + SEED + ": " + report).isTrue();
        assertThat(report.proofs().receipts()).isPositive();
        await().untilAsserted(
                        () ->
                                assertThat(processes())
                                        .as("processes that outlived the run")
                                        .isEqualTo(before));
    }

    private static Set<Long> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
