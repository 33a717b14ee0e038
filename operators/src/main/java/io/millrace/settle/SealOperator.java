package io.millrace.settle;

import io.millrace.chain.CutPosition;
import io.millrace.chain.OwedChange;
import io.millrace.chain.SealedPart;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.settle.RestoreGuard.StateRefusedException;
import io.millrace.settle.marks.LostMarkException;
import io.millrace.settle.marks.MarkWatch;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Parallelism;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Seals epochs, at parallelism 1. In: what the shards cut, and the positions of the sources. Out:
 * the epochs, part by part in the order of the header chain, {@link #ASSIGNMENTS} and {@link
 * #OWED}.
 *
 * <p>At every barrier each pending cut becomes one epoch, from whichever shards have arrived.
 * Shards that arrive later (their checkpoint failed half-way, or the barrier was unaligned and
 * overtook them) make an epoch of their own, so every shard cut is sealed exactly once. An epoch
 * leaves before the barrier of the checkpoint that remembers it: behind an exactly-once sink it
 * becomes visible exactly when its number and hash can no longer be given to another.
 *
 * <p>With them leaves a mark in {@link #MARKS} at every barrier, for every subtask of every
 * exactly-once sink. On start the last one visible of each must be of the checkpoint that is
 * restored, else the job fails before it has processed anything: see {@link RestoreGuard}.
 *
 * <p>Metrics in group {@code settle}, sums since start: {@code epochs}, {@code parts}, {@code
 * receipts}, {@code sealedNano}; and {@code hiddenMillis}, for how long records of the ledger have
 * been invisible behind one offset, looked at with each completed checkpoint; and {@code
 * unseenMillis}, how long ago a checkpoint completed whose marks have not all been seen. Where one
 * of them can no longer come, the job ends for good: see {@link MarkWatch}.
 */
public final class SealOperator extends AbstractStreamOperator<SealedPart>
        implements TwoInputStreamOperator<ShardRoot, CutPosition, SealedPart> {

    /** Which epoch each shard cut went into. */
    public static final OutputTag<EpochAssignment> ASSIGNMENTS =
            new OutputTag<>("epoch-assignments", TypeInformation.of(EpochAssignment.class));

    /** Where the chain stands at each checkpoint. */
    public static final OutputTag<CheckpointMark> MARKS =
            new OutputTag<>("checkpoint-marks", TypeInformation.of(CheckpointMark.class));

    /** One for each part: how many the chain has yet to settle, once those that it has are gone. */
    public static final OutputTag<OwedChange> OWED =
            new OutputTag<>("owed-parts", TypeInformation.of(OwedChange.class));

    private static final long serialVersionUID = 1L;

    /** Between two looks for marks that are not visible yet. */
    private static final long LOOK_PAUSE_MILLIS = 1_000;

    private final SettleOptions options;
    private final Eip712Domain domain;
    private final LedgerLog.Factory log;
    private final List<String> sinks;

    private transient EpochSealer sealer;
    private transient ListState<EpochSealer.Head> head;
    private transient ListState<CutPosition> positions;
    private transient ListState<CheckpointMark> sent;
    private transient ListState<String> sentThrough;
    private transient CheckpointMark lastSent;
    private transient String writer;
    private transient @Nullable LedgerWatch watch;
    private transient @Nullable MarkWatch marks;
    private transient @Nullable ScheduledFuture<?> nextLook;
    private transient long lastBarrier;
    private transient boolean finished;
    private transient Counter epochs;
    private transient Counter parts;
    private transient Counter receipts;
    private transient Counter sealedNano;

    /**
     * For one vault.
     *
     * @param domain names the vault
     * @param log where the output ends up
     * @param sinks names of the sink subtasks that commit what it, and what its cuts come from,
     *     have sent
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public SealOperator(
            SettleOptions options, Eip712Domain domain, LedgerLog.Factory log, List<String> sinks) {
        this.options = options;
        this.domain = domain;
        this.log = log;
        this.sinks = List.copyOf(sinks);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        Parallelism.requireOne(
                "the seal operator",
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        sealer = new EpochSealer(options, domain);
        head = context.getOperatorStateStore().getListState(SettleDescriptors.HEAD);
        positions = context.getOperatorStateStore().getListState(SettleDescriptors.POSITIONS);
        sent = context.getOperatorStateStore().getListState(SettleDescriptors.SENT);
        sentThrough = context.getOperatorStateStore().getListState(SettleDescriptors.SINKS);
        positions.get().forEach(sealer::add);
        for (EpochSealer.Head restored : head.get()) {
            sealer.restore(restored, lastBarrier);
        }
        lastSent = CheckpointMark.NONE;
        for (CheckpointMark mark : sent.get()) {
            lastSent = mark;
        }
        // Of every start its own, so that two jobs that go on from one state can be told apart.
        writer = UUID.randomUUID().toString();
        List<String> names = new ArrayList<>();
        sentThrough.get().forEach(names::add);
        requireCurrentState(new SentMark(lastSent, names));
    }

    private void requireCurrentState(SentMark restored) throws IOException {
        try {
            RestoreGuard.check(lastBarrier, sealer.head(), restored, log.open().read(restored));
        } catch (StateRefusedException e) {
            throw new SuppressRestartsException(e);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricRegistrar metrics = new MetricRegistrar(getMetricGroup());
        epochs = metrics.counter(SettleMetrics.EPOCHS);
        parts = metrics.counter(SettleMetrics.PARTS);
        receipts = metrics.counter(SettleMetrics.RECEIPTS);
        sealedNano = metrics.counter(SettleMetrics.SEALED_NANO);
        LedgerWatch opened = new LedgerWatch(log.openTail());
        watch = opened;
        metrics.gauge(SettleMetrics.HIDDEN_MILLIS, () -> opened.hiddenMillis(now()));
        MarkWatch looking = new MarkWatch(log.openMarks(), writer, sinks);
        marks = looking;
        metrics.gauge(SettleMetrics.UNSEEN_MILLIS, () -> looking.unseenMillis(now()));
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
        mark(lastBarrier + 1); // the checkpoint that contains it has this id, or a later one
        finished = true;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        lastBarrier = checkpointId;
        if (!finished) { // nothing may follow the end of the input: its mark left with it
            seal(checkpointId);
            mark(checkpointId);
        }
    }

    private void mark(long checkpointId) {
        EpochSealer.Head at = sealer.head();
        lastSent = new CheckpointMark(checkpointId, at.epoch(), at.header(), writer);
        if (marks != null) {
            marks.sent(checkpointId);
        }
        output.collect(MARKS, new StreamRecord<>(lastSent));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        head.update(List.of(sealer.head()));
        boolean sentNothing = lastSent.equals(CheckpointMark.NONE);
        sent.update(sentNothing ? List.of() : List.of(lastSent));
        sentThrough.update(sentNothing ? List.of() : sinks);
        // No shard root is pending here: the barrier has just sealed them all.
        positions.update(sealer.positions());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        if (watch != null) {
            watch.completed(now());
        }
        if (marks != null) {
            marks.completed(checkpointId, now());
            lookSoon();
        }
    }

    private void lookSoon() {
        if (nextLook == null) {
            nextLook =
                    getProcessingTimeService().registerTimer(now() + LOOK_PAUSE_MILLIS, this::look);
        }
    }

    private void look(long nowMillis) {
        nextLook = null;
        if (marks == null) {
            return;
        }
        try {
            marks.check(nowMillis);
        } catch (LostMarkException e) {
            throw new SuppressRestartsException(e);
        }
        if (marks.isWaiting()) {
            lookSoon();
        }
    }

    @Override
    public void close() throws Exception {
        if (watch != null) {
            watch.close();
        }
        if (marks != null) {
            marks.close();
        }
        super.close();
    }

    private void seal(long barrier) {
        for (EpochSealer.Sealed epoch : sealer.seal(barrier)) {
            for (SealedPart part : epoch.parts()) {
                output.collect(new StreamRecord<>(part));
                output.collect(OWED, new StreamRecord<>(OwedChange.sealedPart()));
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

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }
}
