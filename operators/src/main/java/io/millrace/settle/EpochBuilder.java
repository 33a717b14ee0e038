package io.millrace.settle;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedEpoch;
import io.millrace.unit.Eip712Domain;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Seals epochs, at parallelism 1. In: what the shards cut, and the positions of the sources. Out:
 * the epochs, part by part in the order of the header chain, and {@link #ASSIGNMENTS}.
 *
 * <p>At every barrier each pending cut becomes one epoch, from whichever shards have arrived.
 * Shards that arrive later (their checkpoint failed half-way, or the barrier was unaligned and
 * overtook them) make an epoch of their own, so every shard cut is sealed exactly once. An epoch
 * leaves before the barrier of the checkpoint that remembers it: behind an exactly-once sink it
 * becomes visible exactly when its number and hash can no longer be given to another.
 *
 * <p>Metrics in group {@code settle}, sums since start: {@code epochs}, {@code parts}, {@code
 * receipts}, {@code sealedNano}.
 */
public final class EpochBuilder extends AbstractStreamOperator<SealedEpoch>
        implements TwoInputStreamOperator<ShardRoot, CutPosition, SealedEpoch> {

    /** Which epoch each shard cut went into. */
    public static final OutputTag<EpochAssignment> ASSIGNMENTS =
            new OutputTag<>("epoch-assignments", TypeInformation.of(EpochAssignment.class));

    private static final long serialVersionUID = 1L;

    private final SettleOptions options;
    private final Eip712Domain domain;

    private transient EpochSealer sealer;
    private transient ListState<EpochSealer.Head> head;
    private transient ListState<CutPosition> positions;
    private transient long lastBarrier;
    private transient Counter epochs;
    private transient Counter parts;
    private transient Counter receipts;
    private transient Counter sealedNano;

    /** For the vault that {@code domain} names. */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public EpochBuilder(SettleOptions options, Eip712Domain domain) {
        this.options = options;
        this.domain = domain;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        int parallelism = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        if (parallelism != 1) {
            throw new IllegalStateException(
                    "the epoch builder runs at parallelism " + parallelism + ", set it to 1");
        }
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        sealer = new EpochSealer(options, domain);
        head = listState(context, "head", EpochSealer.Head.class);
        positions = listState(context, "positions", CutPosition.class);
        positions.get().forEach(sealer::add);
        for (EpochSealer.Head restored : head.get()) {
            sealer.restore(restored, lastBarrier);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricGroup group = getMetricGroup().addGroup("settle");
        epochs = group.counter("epochs");
        parts = group.counter("parts");
        receipts = group.counter("receipts");
        sealedNano = group.counter("sealedNano");
    }

    @Override
    public void processElement1(StreamRecord<ShardRoot> element) {
        sealer.add(element.getValue());
    }

    @Override
    public void processElement2(StreamRecord<CutPosition> element) {
        sealer.add(element.getValue());
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        seal(lastBarrier + 1);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        lastBarrier = checkpointId;
        seal(checkpointId);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        head.update(List.of(sealer.head()));
        // No shard root is pending here: the barrier has just sealed them all.
        positions.update(sealer.positions());
    }

    private void seal(long barrier) {
        for (EpochSealer.Sealed epoch : sealer.seal(barrier)) {
            for (SealedEpoch part : epoch.parts()) {
                output.collect(new StreamRecord<>(part));
                parts.inc();
                sealedNano.inc(part.header().partSumNano());
            }
            epochs.inc();
            receipts.inc(epoch.parts().get(0).header().receiptsCount());
            epoch.assignments()
                    .forEach(
                            assignment ->
                                    output.collect(ASSIGNMENTS, new StreamRecord<>(assignment)));
        }
    }

    private static <T> ListState<T> listState(
            StateInitializationContext context, String name, Class<T> type) throws Exception {
        return context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>(name, TypeInformation.of(type)));
    }
}
