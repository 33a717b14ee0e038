package io.millrace.admit.gate;

import io.millrace.chain.OwedChange;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what a subtask of admission promises, so that the {@link GateKeeperOperator}, one for all
 * of them, is not woken by every request. In and out: changes, the same in sum at every barrier and
 * at the end of the input, else at most {@value #HOLD_MILLIS} ms later. No state.
 */
public final class OwedSumOperator extends AbstractStreamOperator<OwedChange>
        implements OneInputStreamOperator<OwedChange, OwedChange> {

    private static final long serialVersionUID = 1L;

    /** By so much later the gate closes: less than requests take from their source to admission. */
    static final long HOLD_MILLIS = 50;

    private transient long nano;
    private transient int parts;
    private transient @Nullable ScheduledFuture<?> due;

    /** One a subtask. */
    public OwedSumOperator() {}

    @Override
    public void processElement(StreamRecord<OwedChange> element) {
        OwedChange change = element.getValue();
        nano = Math.addExact(nano, change.nano());
        parts = Math.addExact(parts, change.parts());
        if (due == null) {
            long now = getProcessingTimeService().getCurrentProcessingTime();
            due = getProcessingTimeService().registerTimer(now + HOLD_MILLIS, timestamp -> emit());
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        emit();
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        emit();
    }

    @Override
    public void close() throws Exception {
        cancel();
        super.close();
    }

    private void emit() {
        cancel();
        if (nano != 0 || parts != 0) {
            output.collect(new StreamRecord<>(new OwedChange(nano, parts)));
            nano = 0;
            parts = 0;
        }
    }

    private void cancel() {
        if (due != null) {
            due.cancel(false);
            due = null;
        }
    }
}
