package io.millrace.admit.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // the harness' close may be interrupted
class GateOperatorTest {

    private final AdmissionGate gate = new AdmissionGate("GateOperatorTest");

    @Test
    void gate_movesTheLeafOfItsSubtaskOnly() throws Exception {
        try (var operator = operator();
                var own = gate.addLeaf(0);
                var other = gate.addLeaf(1)) {
            operator.processElement(GateState.OPEN, 0);
            assertThat(own.isOpen()).isTrue();
            assertThat(other.isOpen()).isFalse();

            operator.processElement(GateState.UNSETTLED_VALUE, 0);
            assertThat(own.isOpen()).isFalse();
        }
    }

    @Test
    void gate_keeperNotHeardAnyMore_closesUntilItSpeaksAgain() throws Exception {
        try (var operator = operator();
                var leaf = gate.addLeaf(0)) {
            operator.processElement(GateState.OPEN, 0);
            operator.setProcessingTime(2_000);
            assertThat(leaf.isOpen()).as("within patience").isTrue();

            operator.setProcessingTime(4_000);
            assertThat(leaf.isOpen()).as("its process may have stopped").isFalse();

            operator.processElement(GateState.OPEN, 0);
            assertThat(leaf.isOpen()).isTrue();
        }
    }

    @Test
    void gate_openedWhileSomebodyWaits_wakesHim() throws Exception {
        try (var operator = operator();
                var leaf = gate.addLeaf(0)) {
            CompletableFuture<Void> opened = leaf.opened();
            operator.processElement(GateState.CATCHING_UP, 0);
            assertThat(opened).isNotDone();

            operator.processElement(GateState.OPEN, 0);
            assertThat(opened).isDone();
        }
    }

    @Test
    void leaf_ofTheNextAttempt_isClosedWhateverTheLastOneWas() throws Exception {
        try (var operator = operator();
                var last = gate.addLeaf(0)) {
            operator.processElement(GateState.OPEN, 0);
            try (var next = gate.addLeaf(0)) {
                assertThat(next.isOpen()).isFalse();
                last.close();
                operator.processElement(GateState.OPEN, 0);
                assertThat(next.isOpen()).as("found after the last one was closed").isTrue();
            }
        }
    }

    @Test
    void gate_readerInAnotherProcess_isNotTakenForMoved() {
        assertThat(gate.move(0, true)).isFalse();
        try (var elsewhere = new AdmissionGate("another job").addLeaf(0)) {
            assertThat(gate.move(0, true)).isFalse();
            assertThat(elsewhere.isOpen()).isFalse();
        }
    }

    /** A job that ends closes its reader first; one that starts may open it last. */
    @Test
    void gate_readerGoneForAMoment_isNoAlarmAndLongerIs() throws Exception {
        GateOperator gateOperator = new GateOperator(gate);
        try (var operator = new OneInputStreamOperatorTestHarness<>(gateOperator)) {
            operator.open();
            operator.setProcessingTime(20_000);
            operator.processElement(GateState.OPEN, 0);
            assertThat(gateOperator.isReaderMissing()).as("within patience").isFalse();

            operator.setProcessingTime(31_000);
            operator.processElement(GateState.OPEN, 0);
            assertThat(gateOperator.isReaderMissing()).as("not found for 31 s").isTrue();

            try (var found = gate.addLeaf(0)) {
                operator.processElement(GateState.OPEN, 0);
                assertThat(found.isOpen()).isTrue();
                assertThat(gateOperator.isReaderMissing()).as("found").isFalse();
            }
        }
    }

    private OneInputStreamOperatorTestHarness<GateState, GateState> operator() throws Exception {
        var operator = new OneInputStreamOperatorTestHarness<>(new GateOperator(gate));
        operator.open();
        return operator;
    }
}
