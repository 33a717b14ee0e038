package io.millrace.settle;

import static io.millrace.testing.RestoringHarness.abortedBarrier;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.watermark;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.CutPosition;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PositionOperatorTest {

    /** "source:offset". */
    private static final class Text implements PositionOperator.PositionOf<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String source(String value) {
            return value.substring(0, value.indexOf(':'));
        }

        @Override
        public long next(String value) {
            return Long.parseLong(value, value.indexOf(':') + 1, value.length(), 10) + 1;
        }
    }

    private static RestoringHarness<String, Void, String> harness() {
        return RestoringHarness.<String, String>operator(
                        () -> new PositionOperator<>(new Text(), 1_000))
                .collecting(PositionOperator.POSITIONS);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void positions_atEachCut_areWhereTheSourcesStand(Feeding feeding) {
        RestoringHarness.Run<String> run =
                harness()
                        .run(
                                feeding,
                                first("a:1"),
                                first("b:7"),
                                first("a:2"),
                                barrier(1_000),
                                first("a:3"),
                                abortedBarrier(2_000),
                                barrier(3_000));

        assertThat(run.main()).containsExactly("a:1", "b:7", "a:2", "a:3");
        assertThat(run.side(PositionOperator.POSITIONS))
                .containsExactlyInAnyOrder(
                        new CutPosition(1_000, "a", 3),
                        new CutPosition(1_000, "b", 8),
                        new CutPosition(2_000, "a", 4),
                        new CutPosition(2_000, "b", 8),
                        new CutPosition(3_000, "a", 4),
                        new CutPosition(3_000, "b", 8));
    }

    @Test
    void positions_betweenCuts_areNotReported() {
        RestoringHarness.Run<String> run =
                harness().run(Feeding.ALL_AT_ONCE, first("a:1"), barrier(999));

        assertThat(run.side(PositionOperator.POSITIONS)).isEmpty();
    }

    @Test
    void recordsAndWatermarks_passUntouched() {
        AtomicReference<Object[]> seen = new AtomicReference<>();
        harness()
                .run(
                        Feeding.ALL_AT_ONCE,
                        first("a:1", 55L),
                        watermark(60),
                        act(harness -> seen.set(harness.getOutput().toArray())));

        assertThat(seen.get()).containsExactly(new StreamRecord<>("a:1", 55L), new Watermark(60));
    }
}
