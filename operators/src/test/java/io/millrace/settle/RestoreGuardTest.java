package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.OPTIONS;
import static io.millrace.settle.Charges.SINKS;
import static io.millrace.settle.Charges.charge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.settle.RestoreGuard.StateRefusedException;
import io.millrace.unit.Hex;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A seal operator that goes on only from the state that the log ends with. */
@Timeout(60)
@SuppressWarnings("try") // a harness may throw anything at close, and then the test fails
class RestoreGuardTest {

    /** What the sinks of all runs together have committed; a job ships its factory as bytes. */
    private static volatile LedgerLog.Recorded recorded = LedgerLog.Recorded.NOTHING;

    /** One run of the operator, whose sink commits when the test says so. */
    private static final class Run implements AutoCloseable {
        private final TwoInputStreamOperatorTestHarness<ShardRoot, CutPosition, SealedPart>
                operator;

        Run(OperatorSubtaskState state, long checkpoint) throws Exception {
            operator =
                    new TwoInputStreamOperatorTestHarness<>(
                            new SealOperator(OPTIONS, DOMAIN, () -> sent -> recorded, SINKS));
            operator.setRestoredCheckpointId(checkpoint);
            operator.setup();
            operator.initializeState(state);
            operator.open();
        }

        Run() throws Exception {
            operator =
                    new TwoInputStreamOperatorTestHarness<>(
                            new SealOperator(OPTIONS, DOMAIN, () -> sent -> recorded, SINKS));
            operator.setup();
            operator.initializeEmptyState();
            operator.open();
        }

        /** One more epoch, and the state of the checkpoint that contains it. */
        OperatorSubtaskState checkpoint(long id, long debitNano) throws Exception {
            ShardRoot root =
                    new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN))
                            .cut(id, 1, List.of(charge(1, id, debitNano)), List.of())
                            .root();
            operator.processElement1(new StreamRecord<>(root));
            operator.prepareSnapshotPreBarrier(id);
            return operator.snapshot(id, id);
        }

        /** The state of the savepoint that a drained job leaves, after the end of its input. */
        OperatorSubtaskState drained(long id) throws Exception {
            operator.getOperator().finish();
            operator.prepareSnapshotPreBarrier(id);
            return operator.snapshot(id, id);
        }

        /** All sinks commit what has left so far. */
        void commit() {
            commit(SINKS);
        }

        /** Some sinks do, with the epochs' last: then everyone sees what each has committed. */
        void commit(List<String> sinks) {
            CheckpointMark mark = CheckpointMark.NONE;
            for (StreamRecord<CheckpointMark> record : operator.getSideOutput(SealOperator.MARKS)) {
                mark = record.getValue();
            }
            Map<String, CheckpointMark> marks = new HashMap<>(recorded.marks());
            for (String sink : sinks) {
                marks.put(sink, mark);
            }
            boolean epochs = sinks.contains("epochs-0");
            recorded =
                    new LedgerLog.Recorded(
                            marks,
                            epochs ? mark.epoch() : recorded.epoch(),
                            epochs ? mark.header() : recorded.header());
        }

        @Override
        public void close() throws Exception {
            operator.close();
        }
    }

    @AfterEach
    void empty() {
        recorded = LedgerLog.Recorded.NOTHING;
    }

    /** A drained job's last charges would be settled though nobody can read them. */
    @Test
    void start_drainedStateThatOneSinkHasNotCommitted_refusedNamingTheSink() throws Exception {
        try (Run first = new Run()) {
            first.checkpoint(1, 100);
            first.commit();
            OperatorSubtaskState state = first.drained(3);
            first.commit(SINKS.subList(1, SINKS.size()));
            assertThatThrownBy(() -> new Run(state, 3).close())
                    .isInstanceOf(SuppressRestartsException.class)
                    .hasStackTraceContaining("not by the sinks [" + SINKS.get(0) + "]");
        }
    }

    @Test
    void start_drainedStateThatAllHaveCommitted_goesOn() throws Exception {
        try (Run first = new Run()) {
            first.checkpoint(1, 100);
            OperatorSubtaskState state = first.drained(3);
            first.commit();
            try (Run second = new Run(state, 3)) {
                second.checkpoint(4, 100);
            }
        }
    }

    @Test
    void start_stateOfTheLastMark_goesOn() throws Exception {
        try (Run first = new Run()) {
            OperatorSubtaskState state = first.checkpoint(1, 100);
            first.commit();
            try (Run second = new Run(state, 1)) {
                second.checkpoint(2, 100);
                second.commit();
            }
        }
        assertThat(recorded.epoch()).isEqualTo(2);
        assertThat(recorded.newest().checkpoint()).isEqualTo(2);
    }

    @Test
    void start_stateOlderThanTheLog_refusedForGoodNamingBothAndTheRemedy() throws Exception {
        try (Run first = new Run()) {
            OperatorSubtaskState older = first.checkpoint(1, 100);
            first.commit();
            String olderHeader = recorded.header();
            first.checkpoint(2, 100);
            first.commit();

            assertThatThrownBy(() -> new Run(older, 1))
                    .as("a second timeline of epochs begins")
                    .isInstanceOf(SuppressRestartsException.class)
                    .cause()
                    .isInstanceOf(StateRefusedException.class)
                    .hasMessageContaining("checkpoint 1 (epoch 1, header " + olderHeader)
                    .hasMessageContaining("checkpoint 2 (epoch 2, header " + recorded.header())
                    .hasMessageContaining("millrace recover");
        }
    }

    @Test
    void start_emptyStateWithALog_refused() throws Exception {
        try (Run first = new Run()) {
            first.checkpoint(1, 100);
            first.commit();
        }
        assertThatThrownBy(Run::new)
                .as("everything is charged again from the first request on")
                .hasRootCauseInstanceOf(StateRefusedException.class)
                .rootCause()
                .hasMessageContaining("empty state")
                .hasMessageContaining("epoch 1");
    }

    /** The commit after a checkpoint never came, and the restore's own came too late. */
    @Test
    void start_transactionOfTheCheckpointLost_refused() throws Exception {
        try (Run first = new Run()) {
            first.checkpoint(1, 100);
            first.commit();
            OperatorSubtaskState uncommitted = first.checkpoint(2, 100);

            assertThatThrownBy(() -> new Run(uncommitted, 2))
                    .as("epoch 2 is in no log, and its charges are gone")
                    .rootCause()
                    .hasMessageContaining("not in the log")
                    .hasMessageContaining("kafka.transaction.timeout");
        }
    }

    /** One sink has committed; before the others had, an outage outlived their transactions. */
    @ParameterizedTest
    @ValueSource(strings = {"epochs-0", "money-0", "money-1"})
    void start_transactionOfOneSinkLost_refusedByItsName(String lost) throws Exception {
        try (Run first = new Run()) {
            first.checkpoint(1, 100);
            first.commit();
            OperatorSubtaskState state = first.checkpoint(2, 100);
            first.commit(SINKS.stream().filter(sink -> !sink.equals(lost)).toList());

            assertThatThrownBy(() -> new Run(state, 2))
                    .as("a part of checkpoint 2 is in no log")
                    .rootCause()
                    .isInstanceOf(StateRefusedException.class)
                    .hasMessageContaining("[" + lost + "]")
                    .hasMessageContaining("kafka.transaction.timeout");
        }
    }

    @Test
    void start_stateOlderThanWhatOneSinkHasCommitted_refused() throws Exception {
        try (Run first = new Run()) {
            OperatorSubtaskState older = first.checkpoint(1, 100);
            first.commit();
            first.checkpoint(2, 100);
            first.commit(List.of("money-1"));

            assertThatThrownBy(() -> new Run(older, 1))
                    .as("charges of checkpoint 2 would be made again")
                    .rootCause()
                    .isInstanceOf(StateRefusedException.class)
                    .hasMessageContaining("recorded up to checkpoint 2");
        }
    }

    @Test
    void start_topicsEmptied_refused() throws Exception {
        try (Run first = new Run()) {
            OperatorSubtaskState state = first.checkpoint(1, 100);
            assertThatThrownBy(() -> new Run(state, 1))
                    .rootCause()
                    .hasMessageContaining("topics were emptied");
        }
    }

    /** Both continue the same checkpoint under the same ids; one has committed first. */
    @Test
    void start_ofTheSlowerOfTwoJobsFromOneSavepoint_refused() throws Exception {
        try (Run origin = new Run()) {
            OperatorSubtaskState savepoint = origin.checkpoint(1, 100);
            origin.commit();
            try (Run one = new Run(savepoint, 1);
                    Run two = new Run(savepoint, 1)) {
                OperatorSubtaskState fenced = one.checkpoint(2, 100);
                two.checkpoint(2, 200);
                two.commit();

                assertThatThrownBy(() -> new Run(fenced, 2))
                        .as("two jobs write one ledger")
                        .rootCause()
                        .hasMessageContaining("another run of the job has written");
                assertThatThrownBy(() -> new Run(savepoint, 1))
                        .rootCause()
                        .hasMessageContaining("checkpoint 2");
            }
        }
    }

    @Test
    void check_stateWithoutAMarkOfItsOwn_mustEndWhereTheLogEnds() throws Exception {
        CheckpointMark last = new CheckpointMark(7, 3, hash(3), "one");
        LedgerLog.Recorded log = new LedgerLog.Recorded(Map.of("epochs-0", last), 3, hash(3));
        RestoreGuard.check(9, new EpochSealer.Head(3, hash(3), 0), SentMark.NONE, log);

        assertThatThrownBy(
                        () ->
                                RestoreGuard.check(
                                        9, new EpochSealer.Head(3, hash(4), 0), SentMark.NONE, log))
                .isInstanceOf(StateRefusedException.class)
                .hasMessageContaining(hash(3))
                .hasMessageContaining(hash(4));
        assertThatThrownBy(
                        () ->
                                RestoreGuard.check(
                                        9, new EpochSealer.Head(4, hash(4), 0), SentMark.NONE, log))
                .isInstanceOf(StateRefusedException.class)
                .hasMessageContaining("epoch 4");
    }

    private static String hash(int number) {
        return Hex.ZERO_32.substring(0, 65) + number;
    }
}
