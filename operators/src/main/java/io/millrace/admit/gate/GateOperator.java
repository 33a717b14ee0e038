package io.millrace.admit.gate;

import io.millrace.metrics.MetricRegistrar;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the gate of the request reader that runs beside it. In: what {@link GateKeeperOperator}
 * says, broadcast. Out: nothing. It must have the parallelism of the source and share a co-location
 * group with it; a reader that is still not there after {@value #PATIENCE_MILLIS} ms is shown by
 * the metric {@code admit.gateMissing} (0 or 1) and one warning; its requests stay unread. A keeper
 * that is not heard for {@value #SILENCE_MILLIS} ms may have stopped with its process, so the gate
 * closes until it speaks again.
 */
public final class GateOperator extends AbstractStreamOperator<GateState>
        implements OneInputStreamOperator<GateState, GateState> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(GateOperator.class);

    /** A reader may start later than this operator, or end before it, not much. */
    private static final long PATIENCE_MILLIS = 30_000;

    private final AdmissionGate gate;

    /** Several of the keeper's repetitions, and little of a price's notice. */
    private static final long SILENCE_MILLIS = 2_000;

    private transient int subtask;
    private transient long heardMillis;
    private transient @Nullable ScheduledFuture<?> listening;
    private transient long foundMillis;
    private transient volatile boolean missing;

    /** Of the source that has the same {@code gate}. */
    public GateOperator(AdmissionGate gate) {
        this.gate = gate;
    }

    @Override
    public void open() throws Exception {
        super.open();
        subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        foundMillis = now();
        heardMillis = foundMillis;
        listening =
                getProcessingTimeService()
                        .scheduleWithFixedDelay(
                                this::listen, SILENCE_MILLIS / 4, SILENCE_MILLIS / 4);
        new MetricRegistrar(getMetricGroup()).flag(GateMetrics.GATE_MISSING, this::isReaderMissing);
    }

    @Override
    public void processElement(StreamRecord<GateState> element) {
        boolean found = gate.move(subtask, element.getValue() == GateState.OPEN);
        long now = now();
        heardMillis = now;
        if (found) {
            foundMillis = now;
            missing = false;
        } else if (!missing && now - foundMillis > PATIENCE_MILLIS) {
            missing = true;
            LOG.warn(
                    "the request reader of subtask {} does not run in this process, so its requests"
                            + " are not read; give the source and this operator one co-location"
                            + " group and one parallelism, or use a scheduler that honours it",
                    subtask);
        }
    }

    /** Of any thread. */
    boolean isReaderMissing() {
        return missing;
    }

    private void listen(long timestamp) {
        if (timestamp - heardMillis > SILENCE_MILLIS) {
            gate.move(subtask, false);
        }
    }

    @Override
    public void close() throws Exception {
        if (listening != null) {
            listening.cancel(false);
        }
        super.close();
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }
}
