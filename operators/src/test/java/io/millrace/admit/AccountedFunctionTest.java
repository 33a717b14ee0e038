package io.millrace.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // a harness may throw anything at close, and then the test fails
class AccountedFunctionTest {

    private static final int MAX_PARALLELISM = 128;

    private static OneInputStreamOperatorTestHarness<RequestRecord, RequestRecord> subtask(
            int parallelism, int index, OperatorSubtaskState state) throws Exception {
        var harness =
                new OneInputStreamOperatorTestHarness<RequestRecord, RequestRecord>(
                        new ProcessOperator<>(new AccountedFunction()),
                        MAX_PARALLELISM,
                        parallelism,
                        index);
        harness.setup();
        harness.initializeState(state);
        harness.open();
        return harness;
    }

    /** What a rebuilt state holds. */
    private static OperatorSubtaskState rebuilt(RequestPlace... places) throws Exception {
        try (var writer =
                new OneInputStreamOperatorTestHarness<RequestRecord, RequestRecord>(
                        new ProcessOperator<>(new Naming(List.of(places))))) {
            writer.open();
            return writer.snapshot(1, 1);
        }
    }

    private static RequestRecord record(int partition, long offset) {
        return new RequestRecord(
                new RequestPlace(partition, offset), 1_000 + offset, false, new byte[] {1});
    }

    private static List<RequestPlace> passed(
            OneInputStreamOperatorTestHarness<RequestRecord, RequestRecord> harness) {
        List<RequestPlace> places = new ArrayList<>();
        harness.extractOutputValues().forEach(r -> places.add(r.place()));
        return places;
    }

    @Test
    void record_withAnOutcome_passedOverOnce() throws Exception {
        try (var harness = subtask(1, 0, rebuilt(new RequestPlace(0, 2), new RequestPlace(1, 1)))) {
            for (long offset = 0; offset < 4; offset++) {
                harness.processElement(new StreamRecord<>(record(0, offset)));
            }
            harness.processElement(new StreamRecord<>(record(1, 2)));
            assertThat(passed(harness))
                    .as("requests processed again")
                    .containsExactly(
                            new RequestPlace(0, 0),
                            new RequestPlace(0, 1),
                            new RequestPlace(0, 3),
                            new RequestPlace(1, 2));
        }
    }

    /** The job is rescaled before the records come, and another subtask reads the partition. */
    @Test
    void record_readByAnotherSubtaskAfterARescale_stillPassedOver() throws Exception {
        OperatorSubtaskState all = rebuilt(new RequestPlace(0, 2), new RequestPlace(1, 1));
        OperatorSubtaskState both;
        try (var one = subtask(2, 0, all);
                var two = subtask(2, 1, all)) {
            one.processElement(new StreamRecord<>(record(1, 1)));
            both =
                    AbstractStreamOperatorTestHarness.repackageState(
                            one.snapshot(2, 2), two.snapshot(2, 2));
        }
        try (var single = subtask(1, 0, both)) {
            single.processElement(new StreamRecord<>(record(0, 2)));
            single.processElement(new StreamRecord<>(record(0, 3)));
            assertThat(passed(single)).containsExactly(new RequestPlace(0, 3));
        }
    }

    /** Writes the state that a recovery writes. */
    private static final class Naming extends ProcessFunction<RequestRecord, RequestRecord>
            implements CheckpointedFunction {

        private static final long serialVersionUID = 1L;

        private final ArrayList<long[]> places = new ArrayList<>();

        Naming(List<RequestPlace> places) {
            places.forEach(
                    place -> this.places.add(new long[] {place.topicPartition(), place.offset()}));
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            var stored =
                    context.getOperatorStateStore().getUnionListState(AdmitDescriptors.ACCOUNTED);
            for (long[] place : places) {
                stored.add(new RequestPlace((int) place[0], place[1]));
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            // written above
        }

        @Override
        public void processElement(
                RequestRecord value, Context context, Collector<RequestRecord> out) {
            throw new IllegalStateException("no records");
        }
    }
}
