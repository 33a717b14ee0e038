package io.millrace.testing;

import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static io.millrace.testing.RestoringHarness.watermark;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestoringHarnessTest {

    private static final OutputTag<String> FIRED = new OutputTag<>("fired", Types.STRING);

    /**
     * Sums per parity; forgets at event time 10. {@code remembers} decides whether the sum is
     * Flink's or its own.
     */
    private static final class Summing
            extends KeyedCoProcessFunction<Integer, Integer, Integer, Integer> {
        private final boolean remembers;
        private transient ValueState<Integer> stored;
        private transient int own;

        Summing(boolean remembers) {
            this.remembers = remembers;
        }

        @Override
        public void open(OpenContext context) {
            stored = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.INT));
        }

        @Override
        public void processElement1(Integer value, Context context, Collector<Integer> out)
                throws Exception {
            Integer before = stored.value();
            int sum = (remembers ? (before == null ? 0 : before) : own) + value;
            stored.update(sum);
            own = sum;
            context.timerService().registerEventTimeTimer(10);
            out.collect(sum);
        }

        @Override
        public void processElement2(Integer value, Context context, Collector<Integer> out)
                throws Exception {
            processElement1(-value, context, out);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<Integer> out)
                throws Exception {
            context.output(FIRED, context.getCurrentKey() + ":" + stored.value());
            stored.clear();
        }
    }

    private static RestoringHarness.Run<Integer> run(boolean remembers, Feeding feeding) {
        return RestoringHarness.keyed(
                        new Summing(remembers), value -> value % 2, value -> value % 2, Types.INT)
                .collecting(FIRED)
                .run(
                        feeding,
                        first(1),
                        first(3),
                        second(1),
                        barrier(1000),
                        first(2),
                        watermark(9),
                        watermark(10));
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void harness_stateInFlink_sameOutputHoweverFed(Feeding feeding) {
        RestoringHarness.Run<Integer> run = run(true, feeding);

        assertThat(run.main()).containsExactly(1, 4, 3, 2);
        assertThat(run.side(FIRED)).containsExactlyInAnyOrder("1:3", "0:2");
        assertThat(run.stateEntries()).as("state left behind").isZero();
        assertThat(run.eventTimers()).isZero();
    }

    @Test
    void harness_stateInAField_isCaughtByTheRestore() {
        assertThat(run(false, Feeding.RESTORE_BETWEEN).main())
                .isNotEqualTo(run(true, Feeding.ALL_AT_ONCE).main());
    }
}
