package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.FakeStoredEpochs;
import io.millrace.testing.FakeVaultClient;
import io.millrace.testing.Feeding;
import io.millrace.testing.MemoryJournal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The operator keeps what is not final, over restores, and never waits for the chain. */
@SuppressWarnings("try") // the harness' close may be interrupted
class SubmitOperatorTest {

    // Static, because the factories are serialised: they find the doubles here.
    private static FakeVaultClient chain = new FakeVaultClient();
    private static MemoryJournal journal = new MemoryJournal();

    private static @Nullable List<SealedPart> stored = List.of();

    private final List<SealedPart> log = SubmitterRig.chainOf(3);

    @BeforeEach
    void freshChain() {
        chain = new FakeVaultClient();
        chain.mineOnLook = true;
        journal = new MemoryJournal();
        stored = log;
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

    /**
     * Once the operator waited for the chain inside an element when it had 4,096 parts, so no
     * checkpoint completed any more; and each one before copied all of them.
     */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    @Timeout(60)
    void submit_longOutage_checkpointsGoOnSmallAndAllSettleInOrder(Feeding feeding)
            throws Exception {
        List<SealedPart> many = SubmitterRig.chainOf(200);
        stored = many;
        chain.unreachable = true;
        var live = harness(10, null);
        long checkpoint = 0;
        long bytesOfOne = 0;
        for (SealedPart part : many) {
            live.processElement(part, 0);
            if (feeding != Feeding.ALL_AT_ONCE) {
                OperatorSubtaskState state = live.snapshot(++checkpoint, checkpoint);
                bytesOfOne = checkpoint == 1 ? state.getStateSize() : bytesOfOne;
                assertThat(state.getStateSize())
                        .as("bytes, however many wait")
                        .isLessThan(bytesOfOne + 200);
                if (feeding == Feeding.RESTORE_BETWEEN && part.header().epoch() % 20 == 0) {
                    kill(live);
                    live = harness(10, state);
                }
            }
        }
        chain.unreachable = false;

        live.getOperator().finish();

        assertThat(live.extractOutputValues())
                .extracting(SettlementRecord::epoch)
                .isEqualTo(many.stream().map(part -> part.header().epoch()).toList());
        assertThat(chain.sent).as("M5: one transaction a part").hasSize(200);
        kill(live);
    }

    /** While it catches up it is killed now and then, and the log comes on. */
    @Test
    @Timeout(60)
    void submit_restoredWhileCatchingUp_allSettleOnceInOrder() throws Exception {
        List<SealedPart> many = SubmitterRig.chainOf(120);
        stored = many;
        OperatorSubtaskState state = null;
        Set<Long> reported = new TreeSet<>();
        for (int from = 0; from < 120; from += 12) {
            var live = harness(5, state);
            process(live, many.subList(from, from + 12));
            long enough = from / 3;
            while (reported.size() < enough) {
                live.getTaskMailbox().take(0).run();
                live.extractOutputValues().forEach(entry -> reported.add(entry.epoch()));
            }
            state = live.snapshot(from + 1, from + 1);
            kill(live);
        }

        try (var last = harness(5, state)) {
            last.getOperator().finish();
            List<Long> rest =
                    last.extractOutputValues().stream().map(SettlementRecord::epoch).toList();

            assertThat(rest).isSorted().endsWith(120L);
            reported.addAll(rest);
            assertThat(reported).hasSize(120);
            assertThat(chain.sent).as("M5: one transaction a part").hasSize(120);
        }
    }

    @Test
    @Timeout(60)
    void submit_logNotReadable_waitsForIt() throws Exception {
        chain.unreachable = true;
        var live = harness(1, null);
        process(live, log);
        OperatorSubtaskState state = live.snapshot(1, 1);
        kill(live);
        chain.unreachable = false;
        stored = null;

        try (var restored = harness(1, state)) {
            assertThat(restored.snapshot(2, 2).getStateSize()).as("it goes on").isPositive();
            stored = log;
            restored.getOperator().finish();

            assertThat(restored.extractOutputValues()).hasSize(3);
        }
    }

    /** Those behind would be settled although nobody knows what came before them. */
    @Test
    @Timeout(60)
    void submit_logThatLostWhatItHad_haltsNamingIt() throws Exception {
        chain.unreachable = true;
        var live = harness(1, null);
        process(live, log);
        OperatorSubtaskState state = live.snapshot(1, 1);
        kill(live);
        stored = log.subList(0, 2);

        var restored = harness(2, state);
        assertThatThrownBy(() -> restored.getOperator().finish())
                .hasStackTraceContaining("were read from the epoch log before")
                .hasStackTraceContaining("epoch 3 part 0 (" + log.get(2).hash());
        kill(restored);
    }

    /** A state of the version that kept the parts themselves. */
    @Test
    void submit_stateWithParts_goesOnWithThem() throws Exception {
        OperatorSubtaskState state;
        try (var before =
                new OneInputStreamOperatorTestHarness<SealedPart, SettlementRecord>(
                        new PartsInState())) {
            ((SerializerConfigImpl) before.getExecutionConfig().getSerializerConfig())
                    .setGenericTypes(false);
            before.open();
            process(before, log);
            state = before.snapshot(1, 1);
        }

        try (var restored = harness(100, state)) {
            restored.getOperator().finish();

            assertThat(restored.extractOutputValues())
                    .extracting(SettlementRecord::epoch)
                    .containsExactly(1L, 2L, 3L);
        }
    }

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    private static final class PartsInState extends AbstractStreamOperator<SettlementRecord>
            implements OneInputStreamOperator<SealedPart, SettlementRecord> {

        private transient ListState<SealedPart> parts;
        private transient ListState<Long> millis;

        @Override
        public void initializeState(StateInitializationContext context) throws Exception {
            super.initializeState(context);
            OperatorStateStore store = context.getOperatorStateStore();
            parts =
                    store.getListState(
                            new ListStateDescriptor<>(
                                    "unsettled", TypeInformation.of(SealedPart.class)));
            millis = store.getListState(new ListStateDescriptor<>("sealedMillis", Types.LONG));
        }

        @Override
        public void processElement(StreamRecord<SealedPart> element) throws Exception {
            parts.add(element.getValue());
            millis.add(element.getTimestamp());
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
                                new FakeStoredEpochs(() -> stored)));
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
