package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.fault.PlannedFault;
import io.millrace.local.chaos.fault.TransactionTimes;
import io.millrace.local.stack.KafkaBroker;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final List<FaultKind> ALL = Arrays.asList(FaultKind.values());
    private static final int DEPTH = 6;

    private static List<PlannedFault> plan(long seed, int length) {
        Schedule schedule = new Schedule(seed, ALL, 3, DEPTH);
        return Stream.generate(schedule::next).limit(length).toList();
    }

    @Test
    void plan_sameSeed_isTheSame() {
        assertThat(plan(42, 200)).isEqualTo(plan(42, 200));
    }

    @Test
    void plan_otherSeeds_areOthers() {
        List<List<PlannedFault>> plans =
                Stream.iterate(1L, seed -> seed + 1).limit(20).map(seed -> plan(seed, 5)).toList();

        assertThat(new HashSet<>(plans)).hasSize(20);
    }

    @Test
    void plan_everyKind_comesOnceBeforeAnyComesTwice() {
        List<PlannedFault> plan = plan(7, 3 * ALL.size());

        for (int deck = 0; deck < 3; deck++) {
            assertThat(plan.subList(deck * ALL.size(), (deck + 1) * ALL.size()))
                    .extracting(PlannedFault::kind)
                    .containsExactlyInAnyOrderElementsOf(ALL);
        }
    }

    @Test
    void plan_values_stayWithinWhatTheStackHas() {
        assertThat(plan(3, 2000))
                .allSatisfy(
                        fault -> {
                            assertThat(fault.taskManager()).isBetween(0, 2);
                            assertThat(fault.depth()).isBetween(1, DEPTH);
                            assertThat(fault.parallelism()).isBetween(1, 4);
                            assertThat(fault.lengthMillis()).isPositive();
                            assertThat(fault.baseFeeGwei()).isPositive();
                        });
    }

    @Test
    void plan_pauses_lastLongerThanTheHeartbeatSometimes() {
        assertThat(plan(3, 500))
                .filteredOn(fault -> fault.kind() == FaultKind.PAUSE_JOBMANAGER)
                .anyMatch(fault -> fault.lengthMillis() > 8_000)
                .anyMatch(fault -> fault.lengthMillis() < 8_000);
    }

    /** Some end before the broker has looked at its transactions, some after. */
    @Test
    void plan_whatOutlastsTransactions_doesSoAlways() {
        long dead = TransactionTimes.TRANSACTION.toMillis();

        assertThat(plan(3, 2000))
                .filteredOn(
                        fault ->
                                fault.kind() == FaultKind.LONG_OUTAGE
                                        || fault.kind() == FaultKind.SLOW_CHECKPOINT
                                        || fault.kind() == FaultKind.STALLED_STORE)
                .allMatch(fault -> fault.lengthMillis() >= dead)
                .anyMatch(
                        fault ->
                                fault.lengthMillis()
                                        < dead + TransactionTimes.BROKERS_LOOK.toMillis() / 2)
                .anyMatch(
                        fault ->
                                fault.lengthMillis()
                                        > dead + TransactionTimes.BROKERS_LOOK.toMillis());
    }

    /** An epoch is cut about every 9 s. */
    @Test
    void plan_nodeLimits_lastForAnEpochAtLeast() {
        assertThat(plan(3, 2000))
                .filteredOn(fault -> fault.kind() == FaultKind.NODE_LIMITS)
                .isNotEmpty()
                .allMatch(fault -> fault.lengthMillis() >= 10_000);
    }

    /** A run of three minutes has time for three faults at least. */
    @Test
    void plan_tenSeedsInARow_meetEveryKindInTheirFirstThree() {
        Set<FaultKind> met = EnumSet.noneOf(FaultKind.class);
        for (long seed = 41; seed <= 50; seed++) {
            plan(seed, 3).forEach(fault -> met.add(fault.kind()));
        }

        assertThat(met).containsExactlyInAnyOrderElementsOf(ALL);
    }

    @Test
    void plan_withoutKinds_refused() {
        assertThatThrownBy(() -> new Schedule(1, List.of(), 2, DEPTH))
                .hasMessageContaining("no kinds of faults");
    }

    @Test
    void kind_everyLabel_namesIt() {
        assertThat(ALL).allMatch(kind -> FaultKind.of(kind.label()) == kind);
    }

    @Test
    void kind_unknownLabel_isToldAllThereAre() {
        assertThatThrownBy(() -> FaultKind.of("earthquake"))
                .hasMessageContaining("\"earthquake\"")
                .hasMessageContaining("kill-taskmanager, kill-submitter");
    }

    @Test
    void schedule_pausesOfTheOnlyBroker_endWithinItsSession() {
        assertThat(plan(7, 500))
                .filteredOn(fault -> fault.kind() == FaultKind.PAUSE_BROKER)
                .isNotEmpty()
                .allMatch(fault -> fault.lengthMillis() < KafkaBroker.SESSION_MILLIS - 2_000);
    }

    /** Values are drawn whether a kind needs them or not. */
    @Test
    void schedule_anotherKindInItsPlace_theValuesStayAsTheyWere() {
        Schedule one = new Schedule(5, List.of(FaultKind.KILL_BROKER), 3, DEPTH);
        Schedule other = new Schedule(5, List.of(FaultKind.FEE_SPIKE), 3, DEPTH);

        for (int i = 0; i < 50; i++) {
            PlannedFault first = one.next();
            PlannedFault second = other.next();
            assertThat(second).usingRecursiveComparison().ignoringFields("kind").isEqualTo(first);
        }
    }

    @Test
    void schedule_whatNeedsARunningJob_neverStrikesDuringRecovery() {
        List<FaultKind> needy =
                List.of(
                        FaultKind.KILL_SUBMITTER,
                        FaultKind.PAUSE_SUBMITTER,
                        FaultKind.RESCALE,
                        FaultKind.OLDER_SAVEPOINT,
                        FaultKind.SLOW_CHECKPOINT,
                        FaultKind.LONG_OUTAGE,
                        FaultKind.STALLED_STORE,
                        FaultKind.OLD_TRANSACTION,
                        FaultKind.ADDED_PARTITIONS,
                        FaultKind.KILL_LARGE_NODE_STATE);

        assertThat(plan(11, 2000))
                .filteredOn(fault -> needy.contains(fault.kind()))
                .isNotEmpty()
                .noneMatch(PlannedFault::duringRecovery);
        assertThat(plan(11, 2000))
                .filteredOn(fault -> !needy.contains(fault.kind()))
                .anyMatch(PlannedFault::duringRecovery);
    }
}
