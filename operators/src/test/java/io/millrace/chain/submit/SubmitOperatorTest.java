package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.FakeVaultClient;
import io.millrace.testing.MemoryJournal;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator keeps what is not final, over restores, and never waits for the chain. */
@SuppressWarnings("try") // the harness' close may be interrupted
class SubmitOperatorTest {

    // Static, because the factories are serialised: they find the doubles here.
    private static FakeVaultClient chain = new FakeVaultClient();
    private static MemoryJournal journal = new MemoryJournal();

    private final List<SealedPart> log = SubmitterRig.chainOf(3);

    @BeforeEach
    void freshChain() {
        chain = new FakeVaultClient();
        chain.mineOnLook = true;
        journal = new MemoryJournal();
    }

    @Test
    void submit_parts_finalRecordsComeOutInOrder() throws Exception {
        try (var harness = harness(100, null)) {
            process(harness, log);

            harness.getOperator().finish();

            assertThat(harness.extractOutputValues())
                    .extracting(SettlementRecord::epoch)
                    .containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void submit_chainDown_checkpointsAndARestoreSettlesTheRest() throws Exception {
        chain.unreachable = true;
        var harness = harness(100, null);
        process(harness, log);
        OperatorSubtaskState state = harness.snapshot(1, 1);
        assertThat(harness.extractOutputValues()).isEmpty();
        kill(harness);
        chain.unreachable = false;

        try (var restored = harness(100, state)) {
            restored.getOperator().finish();

            assertThat(restored.extractOutputValues())
                    .extracting(SettlementRecord::epoch)
                    .containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void submit_restoredAfterSettling_reportsWithoutASecondTransaction() throws Exception {
        OperatorSubtaskState state;
        try (var harness = harness(100, null)) {
            process(harness, log);
            state = harness.snapshot(1, 1);
            harness.getOperator().finish();
        }

        try (var restored = harness(100, state)) {
            restored.getOperator().finish();

            assertThat(restored.extractOutputValues()).hasSize(3);
            assertThat(chain.sent).as("M5: one transaction a part").hasSize(3);
        }
    }

    @Test
    void submit_moreThanMayWait_takesTheNextWhenOneIsFinal() throws Exception {
        try (var harness = harness(1, null)) {
            process(harness, log);

            assertThat(harness.extractOutputValues()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void submit_halt_failsTheTaskWithItsMessage() throws Exception {
        chain.settleElsewhere("0x" + "77".repeat(32), 1, 0, 1);
        var harness = harness(100, null);
        process(harness, log.subList(0, 1));

        assertThatThrownBy(() -> harness.getOperator().finish())
                .hasStackTraceContaining("is not what the vault settled")
                .as("starting again would only come to the same halt")
                .matches(
                        thrown ->
                                ExceptionUtils.findThrowable(
                                                thrown, SuppressRestartsException.class)
                                        .isPresent());
        kill(harness);
    }

    /** Ends the operator as a failed task does; closing the harness would finish it first. */
    private static void kill(
            OneInputStreamOperatorTestHarness<SealedPart, SettlementRecord> harness)
            throws Exception {
        harness.getOperator().close();
    }

    private static void process(
            OneInputStreamOperatorTestHarness<SealedPart, SettlementRecord> harness,
            List<SealedPart> parts)
            throws Exception {
        for (SealedPart part : parts) {
            harness.processElement(part, 0);
        }
    }

    private static OneInputStreamOperatorTestHarness<SealedPart, SettlementRecord> harness(
            int maxUnsettled, @Nullable OperatorSubtaskState state) throws Exception {
        SubmitOptions options =
                new SubmitOptions(
                        FakeVaultClient.IDENTITY,
                        1,
                        10_000,
                        10_000,
                        10,
                        SubmitOptions.MAX_TRANSACTION_GAS,
                        maxUnsettled,
                        0,
                        MarketFeePolicy.DEFAULT);
        var harness =
                new OneInputStreamOperatorTestHarness<SealedPart, SettlementRecord>(
                        new SubmitOperator.Factory(
                                options,
                                () -> chain,
                                () -> new SubmitterRig.TestSigner(SubmitterRig.TestSigner.KEY),
                                () -> journal,
                                () -> Optional.of(SubmitterRig.chainOf(3).get(2))));
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false); // no Kryo in state
        harness.setup(
                TypeInformation.of(SettlementRecord.class)
                        .createSerializer(new SerializerConfigImpl()));
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }
}
