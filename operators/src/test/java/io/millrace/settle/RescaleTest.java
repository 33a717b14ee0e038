package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.OPTIONS;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.meter.Charge;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** A savepoint taken at parallelism 1 and resumed at 2. */
@SuppressWarnings("try") // a harness may throw anything at close, and then the test fails
class RescaleTest {

    private static final int MAX_PARALLELISM = 16;

    private static final class Whole implements PositionOperator.PositionOf<Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public String source(Long value) {
            return "requests-" + value % 2;
        }

        @Override
        public long next(Long value) {
            return value + 1;
        }
    }

    @Test
    void shardCut_resumedAtTwo_everyShardIsCutOnceByItsNewOwner() throws Exception {
        OperatorSubtaskState state;
        try (var one = cut(1, 0)) {
            one.open();
            for (int account = 0; account < 8; account++) {
                one.processElement1(new StreamRecord<>(charge(account, 1, 100 + account)));
            }
            one.processElement2(new StreamRecord<>(release(5, 1, 9)));
            state = one.snapshot(1, 1);
        }
        List<ShardRoot> roots = new ArrayList<>();
        List<Integer> perSubtask = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var two = cut(2, subtask)) {
                two.initializeState(repartitioned(state, subtask));
                two.open();
                two.prepareSnapshotPreBarrier(1_000);
                roots.addAll(two.extractOutputValues());
                perSubtask.add(two.extractOutputValues().size());
            }
        }

        assertThat(perSubtask).as("shards of each subtask").doesNotContain(4);
        assertThat(roots).extracting(ShardRoot::shard).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(roots.stream().mapToLong(ShardRoot::sumNano).sum()).isEqualTo(828);
        assertThat(roots.stream().flatMap(r -> r.releases().stream()))
                .containsExactly(release(5, 1, 9));
    }

    @Test
    void positions_resumedAtTwo_areReportedByOneOfThem() throws Exception {
        OperatorSubtaskState state;
        try (var one = positions(1, 0)) {
            one.open();
            one.processElement(new StreamRecord<>(10L));
            one.processElement(new StreamRecord<>(21L));
            state = one.snapshot(1, 1);
        }
        List<CutPosition> reported = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var two = positions(2, subtask)) {
                two.initializeState(repartitioned(state, subtask));
                two.open();
                two.prepareSnapshotPreBarrier(1_000);
                var records = two.getSideOutput(PositionOperator.POSITIONS);
                if (records != null) {
                    records.forEach(record -> reported.add(record.getValue()));
                }
            }
        }

        assertThat(reported)
                .containsExactlyInAnyOrder(
                        new CutPosition(1_000, "requests-0", 11),
                        new CutPosition(1_000, "requests-1", 22));
    }

    private static OperatorSubtaskState repartitioned(OperatorSubtaskState state, int subtask) {
        return AbstractStreamOperatorTestHarness.repartitionOperatorState(
                state, MAX_PARALLELISM, 1, 2, subtask);
    }

    private static KeyedTwoInputStreamOperatorTestHarness<Integer, Charge, Release, ShardRoot> cut(
            int parallelism, int subtask) throws Exception {
        return new KeyedTwoInputStreamOperatorTestHarness<>(
                new ShardCutOperator(OPTIONS, DOMAIN),
                charge -> OPTIONS.shardOf(charge.requesterAccount()),
                release -> OPTIONS.shardOf(release.requesterAccount()),
                Types.INT,
                MAX_PARALLELISM,
                parallelism,
                subtask);
    }

    private static OneInputStreamOperatorTestHarness<Long, Long> positions(
            int parallelism, int subtask) throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                new PositionOperator<>(new Whole(), 1_000), MAX_PARALLELISM, parallelism, subtask);
    }
}
