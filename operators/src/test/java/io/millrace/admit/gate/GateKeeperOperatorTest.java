package io.millrace.admit.gate;

import static io.millrace.chain.OwedChange.promised;
import static io.millrace.testing.Fixtures.PLACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.OwedChange;
import io.millrace.chain.VaultEvent;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // the harness' close may be interrupted
class GateKeeperOperatorTest {

    private static final long LIMIT = 1_000;
    private static final long PARTS = 4;

    /** Above what the harness' clock is moved, from 0 on, by a test that is not about it. */
    private static final long AGE = 20_000;

    private static final long BLOCK_MILLIS = 7_000;

    @Test
    void keeper_chainReadAndACheckpointLater_opens() throws Exception {
        try (var keeper = keeper(null)) {
            keeper.processElement2(scanned(false), 0);
            checkpoint(keeper, 1);
            assertThat(last(keeper)).as("not at the final head").isEqualTo(GateState.CATCHING_UP);

            keeper.processElement2(scanned(true), 0);
            keeper.notifyOfCompletedCheckpoint(1);
            assertThat(last(keeper)).as("no checkpoint since").isEqualTo(GateState.CATCHING_UP);

            checkpoint(keeper, 2);
            assertThat(last(keeper)).isEqualTo(GateState.OPEN);
        }
    }

    @Test
    void keeper_checkpointCompletes_emitsOnlyWithItsNextLook() throws Exception {
        try (var keeper = keeper(null)) {
            keeper.processElement2(scanned(true), 0);
            keeper.snapshot(1, 0);
            int before = keeper.extractOutputValues().size();
            keeper.notifyOfCompletedCheckpoint(1);

            assertThat(keeper.extractOutputValues())
                    .as("after a drain the last checkpoint completes when the output is closed")
                    .hasSize(before);
        }
    }

    @Test
    void keeper_value_isCountedFromAdmissionToFinality() throws Exception {
        try (var keeper = opened(null)) {
            keeper.processElement1(promised(LIMIT - 1), 0);
            keeper.processElement1(promised(1), 0);
            assertThat(newest(keeper)).as("at once").isEqualTo(GateState.UNSETTLED_VALUE);

            keeper.processElement2(settled(300), 0);
            assertThat(newest(keeper)).isEqualTo(GateState.OPEN);
        }
    }

    /**
     * Once only value closed the gate: with a settler out of gas money, small epochs piled up for
     * as long as requests came.
     */
    @Test
    void keeper_parts_areCountedFromSealingToFinalityAlsoOverARestore() throws Exception {
        OperatorSubtaskState state;
        try (var keeper = opened(null)) {
            for (int part = 0; part < PARTS; part++) {
                assertThat(newest(keeper)).isEqualTo(GateState.OPEN);
                keeper.processElement1(OwedChange.sealedPart(), 0);
            }
            assertThat(newest(keeper)).as("at once").isEqualTo(GateState.UNSETTLED_PARTS);
            state = keeper.snapshot(9, 0);
        }

        try (var keeper = keeper(state)) {
            keeper.processElement2(scanned(true), 0);
            checkpoint(keeper, 10);
            assertThat(last(keeper)).isEqualTo(GateState.UNSETTLED_PARTS);

            keeper.processElement2(settled(0), 0);
            assertThat(newest(keeper)).isEqualTo(GateState.OPEN);
        }
    }

    @Test
    void keeper_otherEvents_settleNothing() throws Exception {
        try (var keeper = opened(null)) {
            keeper.processElement1(promised(LIMIT), 0);
            keeper.processElement2(
                    new VaultEvent.WithdrawalReleased(PLACE, 1, "0x" + "11".repeat(20), 1, 999), 0);

            assertThat(last(keeper)).isEqualTo(GateState.UNSETTLED_VALUE);
        }
    }

    @Test
    void keeper_restored_isClosedThenKnowsWhatIsUnsettled() throws Exception {
        OperatorSubtaskState state;
        try (var keeper = opened(null)) {
            keeper.processElement1(promised(LIMIT - 1), 0);
            state = keeper.snapshot(9, 0);
        }

        try (var keeper = keeper(state)) {
            keeper.processElement1(promised(1), 0);
            assertThat(last(keeper)).isEqualTo(GateState.CATCHING_UP);

            keeper.processElement2(scanned(true), 0);
            checkpoint(keeper, 10);
            assertThat(last(keeper)).isEqualTo(GateState.UNSETTLED_VALUE);
        }
    }

    @Test
    void keeper_chainSilent_closesByItselfUntilItIsHeardAgain() throws Exception {
        try (var keeper = opened(null)) {
            keeper.setProcessingTime(BLOCK_MILLIS + AGE);
            assertThat(newest(keeper)).isEqualTo(GateState.OPEN);
            assertThat(last(keeper)).isEqualTo(GateState.CHAIN_SILENT);

            keeper.processElement2(scanned(true, keeper.getProcessingTime()), 0);
            assertThat(newest(keeper)).isEqualTo(GateState.CATCHING_UP);
            checkpoint(keeper, 2);
            assertThat(last(keeper)).isEqualTo(GateState.OPEN);
        }
    }

    @Test
    void keeper_nothingHappens_repeatsItself() throws Exception {
        try (var keeper = keeper(null)) {
            int before = keeper.extractOutputValues().size();
            keeper.setProcessingTime(keeper.getProcessingTime() + 10_000);

            assertThat(keeper.extractOutputValues()).hasSizeGreaterThan(before + 10);
        }
    }

    private static TwoInputStreamOperatorTestHarness<OwedChange, VaultEvent, GateState> keeper(
            @Nullable OperatorSubtaskState state) throws Exception {
        var keeper =
                new TwoInputStreamOperatorTestHarness<>(new GateKeeperOperator(LIMIT, PARTS, AGE));
        if (state != null) {
            keeper.initializeState(state);
        }
        keeper.open();
        return keeper;
    }

    private static TwoInputStreamOperatorTestHarness<OwedChange, VaultEvent, GateState> opened(
            @Nullable OperatorSubtaskState state) throws Exception {
        var keeper = keeper(state);
        keeper.processElement2(scanned(true), 0);
        checkpoint(keeper, 1);
        assertThat(last(keeper)).isEqualTo(GateState.OPEN);
        return keeper;
    }

    private static void checkpoint(
            TwoInputStreamOperatorTestHarness<OwedChange, VaultEvent, GateState> keeper, long id)
            throws Exception {
        keeper.snapshot(id, 0);
        keeper.notifyOfCompletedCheckpoint(id);
    }

    /** What the gates hear a moment later. */
    private static GateState last(
            TwoInputStreamOperatorTestHarness<OwedChange, VaultEvent, GateState> keeper)
            throws Exception {
        keeper.setProcessingTime(keeper.getProcessingTime() + 1_000);
        return newest(keeper);
    }

    /** What the gates have heard. */
    private static GateState newest(
            TwoInputStreamOperatorTestHarness<OwedChange, VaultEvent, GateState> keeper) {
        List<GateState> all = keeper.extractOutputValues();
        return all.get(all.size() - 1);
    }

    private static VaultEvent settled(long partSumNano) {
        return new VaultEvent.EpochSettled(PLACE, 1, 0, partSumNano);
    }

    private static VaultEvent scanned(boolean caughtUp) {
        return scanned(caughtUp, BLOCK_MILLIS);
    }

    private static VaultEvent scanned(boolean caughtUp, long blockMillis) {
        return new VaultEvent.Scanned(7, blockMillis, caughtUp);
    }
}
