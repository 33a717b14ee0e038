package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.sign.Sign;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Time counts from an hour on; a fault strikes 10 s later and is recovered from 20 s after. */
class ExcusesTest {

    private static final long START_NANOS = TimeUnit.HOURS.toNanos(1);

    @ParameterizedTest
    @CsvSource({
        "submit.feeCapped, NODE_LIMITS",
        "submit.feeCapped, FEE_SPIKE",
        "submit.rpcUnknownErrors, NODE_LIMITS",
        "chain.rpcFailures, KILL_CHAIN",
        "submit.rpcFailures, PAUSE_CHAIN",
        "submit.rpcFailures, REORG",
        "chain.reorganisations, REORG",
        "chain.reorganisations, KILL_LARGE_NODE_STATE",
        "chain.finalLagBlocks, KILL_LARGE_NODE_STATE",
        "admit.endedTransactions, OLD_TRANSACTION",
        "settle.hiddenMillis, OLD_TRANSACTION"
    })
    void alarm_ofTheFaultsKind_isExplained(String metric, FaultKind kind) {
        assertThat(unexplained(alarm(metric, 12), kind)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "submit.feeCapped, KILL_CHAIN",
        "submit.rpcUnknownErrors, FEE_SPIKE",
        "chain.rpcFailures, KILL_ZOOKEEPER",
        "chain.reorganisations, FEE_SPIKE",
        "chain.finalLagBlocks, REORG",
        "admit.endedTransactions, ADDED_PARTITIONS",
        "settle.hiddenMillis, REORG",
        "chain.rpcFailuresToo, KILL_CHAIN",
        "chainXrpcFailures, KILL_CHAIN"
    })
    void alarm_ofAnotherKind_isNot(String metric, FaultKind kind) {

        assertThat(unexplained(alarm(metric, 12), kind)).hasSize(1);
    }

    /** These tell of a defect whatever has happened. */
    @ParameterizedTest
    @CsvSource({
        "submit.halts",
        "chain.rpcDisagreements",
        "submit.gasCapped",
        "submit.bondMissingNano",
        "submit.lowBalance",
        "submit.outOfFunds",
        "admit.gateMissing",
        "admit.endingRefused",
        "admit.lostOffsets",
        "admit.escapeShortfallNano",
        "infer.failed"
    })
    void alarm_thatNoFaultCauses_isNeverExplained(String metric) {
        for (FaultKind kind : FaultKind.values()) {
            assertThat(unexplained(alarm(metric, 12), kind)).as(kind.label()).hasSize(1);
        }
    }

    @Test
    void alarm_beforeItsFault_isFalse() {
        assertThat(unexplained(alarm("submit.feeCapped", 9), FaultKind.FEE_SPIKE)).hasSize(1);
    }

    @Test
    void alarm_longAfterTheRecovery_isFalse() {
        assertThat(unexplained(alarm("submit.feeCapped", 85), FaultKind.FEE_SPIKE)).isEmpty();
        assertThat(unexplained(alarm("submit.feeCapped", 95), FaultKind.FEE_SPIKE)).hasSize(1);
    }

    @Test
    void alarm_withoutAnyFault_isFalse() {
        Sign sign = alarm("chain.rpcFailures", 12);

        assertThat(Excuses.unexplained(List.of(sign), List.of(), START_NANOS))
                .containsExactly(sign);
    }

    @Test
    void alarm_explainedByAnyOfSeveralFaults_isNoFalseOne() {
        List<ChaosReport.Injected> faults =
                List.of(fault(FaultKind.RESCALE), fault(FaultKind.KILL_CHAIN));

        assertThat(
                        Excuses.unexplained(
                                List.of(alarm("chain.rpcFailures", 12)), faults, START_NANOS))
                .isEmpty();
    }

    /** A sort is no other, though source and words are the same. */
    @Test
    void sign_ofAnotherSort_isNotExplainedByTheSameWords() {
        Sign error = new Sign(Sign.Sort.ERROR, "submit.feeCapped", "1", at(12));

        assertThat(unexplained(error, FaultKind.FEE_SPIKE)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(FaultKind.class)
    void refusal_ofALostTransaction_onlyAfterAnOutageLongerThanItMayLast(FaultKind kind) {
        Sign refusal = lost(12);
        Set<FaultKind> longOnes = EnumSet.of(FaultKind.LONG_OUTAGE, FaultKind.SLOW_CHECKPOINT);

        assertThat(unexplained(refusal, kind)).hasSize(longOnes.contains(kind) ? 0 : 1);
    }

    /** A starved machine restarts a job so slowly that any fault that stops it is a long outage. */
    @ParameterizedTest
    @EnumSource(
            value = FaultKind.class,
            names = {"KILL_ALL", "KILL_JOBMANAGER", "PAUSE_TASKMANAGER"})
    void refusal_ofALostTransaction_onlyOnceTheFaultHasLastedAsLongAsOne(FaultKind kind) {
        ChaosReport.Injected slow = new ChaosReport.Injected(10, kind, "everything", 150_000);

        assertThat(Excuses.unexplained(List.of(lost(100)), List.of(slow), START_NANOS)).hasSize(1);
        assertThat(Excuses.unexplained(List.of(lost(120)), List.of(slow), START_NANOS)).isEmpty();
    }

    private static Sign lost(int seconds) {
        return new Sign(
                Sign.Sort.REFUSAL,
                "job",
                "the state is of checkpoint 7 of sinks [money-0]; what it committed is not"
                        + " in the log",
                at(seconds));
    }

    @Test
    void refusal_forAnotherReason_isNeverExplained() {
        Sign refusal = new Sign(Sign.Sort.REFUSAL, "job", "DIVERGED: epoch 4 ...", at(12));

        assertThat(Arrays.stream(FaultKind.values()))
                .allMatch(kind -> !unexplained(refusal, kind).isEmpty());
    }

    @Test
    void error_inALogThatNobodyHit_isFalse() {
        String words = "ERROR [main] JobsOverviewHandler - Unhandled exception.";
        Sign leader = new Sign(Sign.Sort.ERROR, "jobmanager", words, at(12));
        Sign other = new Sign(Sign.Sort.ERROR, "taskmanager-0", words, at(12));

        assertThat(unexplained(leader, FaultKind.KILL_ZOOKEEPER)).isEmpty();
        assertThat(unexplained(leader, FaultKind.FEE_SPIKE)).hasSize(1);
        assertThat(unexplained(other, FaultKind.KILL_ZOOKEEPER)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "jobmanager, \"LeaderLatch - Can't find our node.\", PAUSE_JOBMANAGER, KILL_BROKER",
        "taskmanager-1, ClassicKafkaConsumer - Failed to close fetcher, KILL_SUBMITTER, REORG",
        "taskmanager-0, TaskManagerRunner - Fatal error occurred, PAUSE_SUBMITTER, KILL_BROKER",
        "taskmanager-0, TaskManagerRunner - Fatal error occurred, STALLED_STORE, KILL_TASKMANAGER",
        "taskmanager-0, FATAL - exception in exception handler of task rejections-out: Writer"
                + " (1/2), PAUSE_TASKMANAGER, KILL_BROKER",
        "taskmanager-1, FATAL - exception in exception handler of task money-out: Writer (1/2),"
                + " SLOW_CHECKPOINT, RESCALE",
        "jobmanager, FencedPekkoRpcActor - Caught exception while executing runnable in main"
                + " thread., STALLED_STORE, KILL_TASKMANAGER",
        "jobmanager, FencedPekkoRpcActor - Caught exception while executing runnable in main"
                + " thread., PAUSE_JOBMANAGER, RESCALE"
    })
    void error_thatAKindOfFaultCauses_isExplainedByNoOther(
            String process, String words, FaultKind kind, FaultKind other) {
        Sign error = new Sign(Sign.Sort.ERROR, process, "ERROR [x] " + words, at(12));

        assertThat(unexplained(error, kind)).isEmpty();
        assertThat(unexplained(error, other)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(FaultKind.class)
    void error_ofATaskThatIsNoSink_isNeverExplained(FaultKind kind) {
        String words = "ERROR [x] FATAL - exception in exception handler of task infer (1/2)";

        assertThat(unexplained(new Sign(Sign.Sort.ERROR, "taskmanager-0", words, at(12)), kind))
                .hasSize(1);
    }

    private static List<Sign> unexplained(Sign sign, FaultKind kind) {
        return Excuses.unexplained(List.of(sign), List.of(fault(kind)), START_NANOS);
    }

    private static ChaosReport.Injected fault(FaultKind kind) {
        return new ChaosReport.Injected(10, kind, "x", 20_000);
    }

    private static Sign alarm(String metric, int seconds) {
        return new Sign(Sign.Sort.ALARM, metric, "1", at(seconds));
    }

    private static long at(int seconds) {
        return START_NANOS + TimeUnit.SECONDS.toNanos(seconds);
    }
}
