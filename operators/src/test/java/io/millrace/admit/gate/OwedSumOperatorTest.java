package io.millrace.admit.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.OwedChange;
import java.util.List;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // the harness' close may be interrupted
class OwedSumOperatorTest {

    private static OneInputStreamOperatorTestHarness<OwedChange, OwedChange> operator()
            throws Exception {
        var harness = new OneInputStreamOperatorTestHarness<>(new OwedSumOperator());
        harness.open();
        return harness;
    }

    private static List<OwedChange> out(
            OneInputStreamOperatorTestHarness<OwedChange, OwedChange> operator) {
        return operator.extractOutputValues();
    }

    @Test
    void changes_ofAWhile_leaveAsOne() throws Exception {
        try (var operator = operator()) {
            operator.setProcessingTime(1_000);
            operator.processElement(OwedChange.promised(70), 0);
            operator.processElement(OwedChange.promised(-20), 0);
            operator.processElement(OwedChange.sealedPart(), 0);
            operator.setProcessingTime(1_000 + OwedSumOperator.HOLD_MILLIS - 1);
            assertThat(out(operator)).isEmpty();

            operator.setProcessingTime(1_000 + OwedSumOperator.HOLD_MILLIS);
            assertThat(out(operator)).containsExactly(new OwedChange(50, 1));

            operator.processElement(OwedChange.promised(3), 0);
            operator.setProcessingTime(5_000);
            assertThat(out(operator)).containsExactly(new OwedChange(50, 1), new OwedChange(3, 0));
        }
    }

    /** Else a restore would have requests that are owed and not counted, for ever. */
    @Test
    void barrier_findsNothingBehindIt() throws Exception {
        try (var operator = operator()) {
            operator.processElement(OwedChange.promised(70), 0);
            operator.prepareSnapshotPreBarrier(1);
            assertThat(out(operator)).containsExactly(OwedChange.promised(70));

            operator.setProcessingTime(5_000);
            operator.prepareSnapshotPreBarrier(2);
            assertThat(out(operator)).as("each change once").hasSize(1);
        }
    }

    @Test
    void endOfInput_leavesNothingBehind() throws Exception {
        try (var operator = operator()) {
            operator.processElement(OwedChange.promised(70), 0);
            operator.getOperator().finish();
            assertThat(out(operator)).containsExactly(OwedChange.promised(70));
        }
    }
}
