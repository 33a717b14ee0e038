package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.infer.batch.BatchScheduler.Limits;
import io.millrace.infer.batch.BatchScheduler.Reason;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An engine without memory for large batches, and one that does not take a row. */
class BatchRunTest {

    private static final int LENGTH = 10;
    private static final long POISON = 666;

    private final CostModel cost = new CostModel();
    private final Device device = new Device();
    private final BatchRun run = new BatchRun(device, new long[] {1, 2}, cost);
    private final Told told = new Told();

    @Test
    void run_noMemoryForAll_answersAllAndMakesTheNextBatchSmaller() throws Exception {
        device.mostTokens = 160;
        run.run(Reason.FULL, rows(32));
        assertThat(told.answered).isEqualTo(32);
        assertThat(told.failed).isEmpty();
        assertThat(cost.fitting(LENGTH)).isEqualTo(16);

        device.failures = 0;
        run.run(Reason.FULL, rows(cost.fitting(LENGTH)));
        assertThat(device.failures).as("calls in vain").isZero();
    }

    /** Another process may have had the memory. */
    @Test
    void run_memoryIsBack_batchesGrowAgainByAndBy() throws Exception {
        device.mostTokens = 160;
        run.run(Reason.FULL, rows(32));
        device.mostTokens = Integer.MAX_VALUE;
        int batches = 0;
        while (cost.fitting(LENGTH) < 32) {
            run.run(Reason.FULL, rows(cost.fitting(LENGTH)));
            assertThat(++batches).isLessThan(2_000);
        }
        assertThat(batches).as("batches until it is tried again").isGreaterThan(100);
    }

    @Test
    void run_rowAtFault_isBlamedAloneAndBatchesStayAsLarge() throws Exception {
        List<BatchRun.Input> rows = new ArrayList<>(rows(31));
        rows.add(new BatchRun.Input(new long[] {1, POISON}, told));
        run.run(Reason.FULL, rows);
        assertThat(told.answered).isEqualTo(31);
        assertThat(told.failed).singleElement().asString().contains("no such token");
        assertThat(cost.fitting(LENGTH)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void warmUp_largestShapesDoNotRun_opensAllTheSame() throws Exception {
        device.mostTokens = 200;
        run.warmUp(WarmUp.shapes(new Limits(128, 4_096, 64)));
        assertThat(cost.fitting(16)).as("half of the 16 that were tried").isEqualTo(8);
        assertThat(cost.fitting(64)).isEqualTo(2);
    }

    @Test
    void warmUp_nothingRuns_saysSo() {
        device.mostTokens = 0;
        assertThatThrownBy(() -> run.warmUp(WarmUp.shapes(new Limits(128, 4_096, 256))))
                .hasMessageContaining("bad_alloc");
    }

    private List<BatchRun.Input> rows(int count) {
        List<BatchRun.Input> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new BatchRun.Input(new long[LENGTH], told));
        }
        return rows;
    }

    /** Says what ONNX Runtime says. */
    private static final class Device implements ModelRunner {

        private int mostTokens = Integer.MAX_VALUE;
        private int failures;

        @Override
        public float[][] run(long[][] rows) {
            int longest = 0;
            for (long[] row : rows) {
                longest = Math.max(longest, row.length);
                for (long token : row) {
                    if (token == POISON) {
                        failures++;
                        throw new IllegalStateException("no such token");
                    }
                }
            }
            if ((long) rows.length * longest > mostTokens) {
                failures++;
                throw new IllegalStateException("std::bad_alloc");
            }
            return new float[rows.length][1];
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }

    /** Counts how rows ended. */
    private static final class Told implements Completion {

        private final List<String> failed = new ArrayList<>();
        private int answered;

        @Override
        public void answered(float[] vector, BatchShare share) {
            answered++;
        }

        @Override
        public void failed(String detail) {
            failed.add(detail);
        }

        @Override
        public void expired() {
            throw new IllegalStateException("nothing expires here");
        }

        @Override
        public void broken(Throwable cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public void cancelled() {
            throw new IllegalStateException("nothing is closed here");
        }
    }
}
