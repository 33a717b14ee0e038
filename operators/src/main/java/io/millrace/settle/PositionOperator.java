package io.millrace.settle;

import io.millrace.chain.CutPosition;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Stands behind a source and remembers how far it has been read. Records, watermarks and the rest
 * pass untouched; before the barrier of a cut, and at the end of the input, the next position of
 * every source seen goes to {@link #POSITIONS}.
 *
 * <p>When a rescaled source hands a partition to another subtask, two subtasks may report it, one
 * of them late: the greater position is the true one.
 *
 * @param <T> what the source emits
 */
public final class PositionOperator<T> extends AbstractStreamOperator<T>
        implements OneInputStreamOperator<T, T> {

    /** Positions, each with the cut it belongs to. */
    public static final OutputTag<CutPosition> POSITIONS =
            new OutputTag<>("cut-positions", TypeInformation.of(CutPosition.class));

    private static final long serialVersionUID = 1L;

    /**
     * Where a record lies in its source. Called for every record.
     *
     * @param <T> the record
     */
    public interface PositionOf<T> extends Serializable {

        /** Name of the partition, or {@link CutPosition#VAULT}. */
        String source(T value);

        /** Offset or block that comes after {@code value}. */
        long next(T value);
    }

    private static final class Next {
        private long position;
    }

    private final PositionOf<T> positionOf;
    private final int cutEvery;

    private transient Map<String, Next> nextBySource;
    private transient ListState<CutPosition> stored;
    private transient long lastBarrier;

    /**
     * Constructor.
     *
     * @param cutEvery a checkpoint is a cut when its id is a multiple of this
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public PositionOperator(PositionOf<T> positionOf, int cutEvery) {
        if (cutEvery < 1) {
            throw new IllegalArgumentException("cutEvery is " + cutEvery + ", use 1 or more");
        }
        this.positionOf = positionOf;
        this.cutEvery = cutEvery;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        nextBySource = new HashMap<>();
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        stored =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "positions", TypeInformation.of(CutPosition.class)));
        for (CutPosition position : stored.get()) {
            advance(position.source(), position.next());
        }
    }

    @Override
    public void processElement(StreamRecord<T> element) {
        T value = element.getValue();
        advance(positionOf.source(value), positionOf.next(value));
        output.collect(element);
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        // What a bounded input has left is cut before the next barrier, whatever its id.
        report(lastBarrier + 1);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        lastBarrier = checkpointId;
        if (checkpointId % cutEvery == 0) {
            report(checkpointId);
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        stored.clear();
        for (Map.Entry<String, Next> entry : nextBySource.entrySet()) {
            stored.add(
                    new CutPosition(
                            context.getCheckpointId(), entry.getKey(), entry.getValue().position));
        }
    }

    private void advance(String source, long next) {
        Next known = nextBySource.get(source);
        if (known == null) {
            known = new Next();
            nextBySource.put(source, known);
        }
        known.position = Math.max(known.position, next);
    }

    private void report(long cut) {
        nextBySource.forEach(
                (source, next) ->
                        output.collect(
                                POSITIONS,
                                new StreamRecord<>(new CutPosition(cut, source, next.position))));
    }
}
