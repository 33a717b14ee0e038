package io.millrace.settle;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Eip712Domain;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Holds the unsealed charges of its settlement shards and cuts them at the barrier of every cut.
 * In: charges and releases, both keyed by {@link SettleOptions#shardOf(int)}. Out: one {@link
 * ShardRoot} for each shard that has something to seal, and its {@link #RECEIPTS}.
 *
 * <p>A barrier does not wait for a large cut: it only fixes what the cut may take, takes {@link
 * Pace#atBarrier()} charges, and the rest follows bit by bit between the records that come in, each
 * bit in the checkpoint that it happens in. The shard's root leaves when all of it is there. Until
 * then the shard begins no other cut; if it has a release to let go, a barrier of a cut waits for
 * the rest of the one before, which is at most a shard's.
 *
 * <p>A cut takes at most {@link SettleOptions#maxReceiptsPerCut} charges of a shard, of each
 * requester a prefix by sequence, and holds one of them at a time. Each charge and release leaves
 * exactly once, in one cut. A cut is only a regrouping of records: what it changes in the state and
 * what it sends are in the same checkpoint, or neither is. If that checkpoint then fails while the
 * job goes on, what was sent is already downstream and in the next checkpoint; if the job goes
 * back, the charges are here again.
 *
 * <p>Metrics in group {@code settle}, sums since start: {@code charges} and {@code chargedNano} in,
 * {@code cutReceipts} and {@code cutNano} out; what is between them waits for a cut. {@code
 * cutMillis} is what the last barrier waited for, {@code runningCuts} what goes on behind it.
 */
public final class ShardCutOperator extends AbstractStreamOperator<ShardRoot>
        implements TwoInputStreamOperator<Charge, Release, ShardRoot> {

    /** Receipts of the cuts, per shard in the order of their index. */
    public static final OutputTag<CutReceipt> RECEIPTS =
            new OutputTag<>("cut-receipts", TypeInformation.of(CutReceipt.class));

    private static final long serialVersionUID = 1L;

    /** The cut that goes on, keyed by shard; a rebuilt state has none. */
    private static final ValueStateDescriptor<RunningCut.State> RUNNING =
            new ValueStateDescriptor<>("running", TypeInformation.of(RunningCut.State.class));

    /**
     * How much is cut at a time.
     *
     * @param atBarrier charges while a barrier waits, and requesters that are looked at
     * @param atOnce charges while records wait
     */
    record Pace(int atBarrier, int atOnce) implements Serializable {

        /** Some tens of milliseconds, and some. */
        static final Pace DEFAULT = new Pace(1_000, 100);
    }

    private final SettleOptions options;
    private final Eip712Domain domain;
    private final Pace pace;

    private transient ShardCutter cutter;
    private transient UnsealedCharges unsealed;
    private transient ValueState<RunningCut.State> state;
    private transient Map<Integer, RunningCut> running;
    private transient long lastBarrier;
    private transient boolean finished;
    private transient Pacer pacer;
    private transient volatile long cutMillis;
    private transient volatile int runningCuts;
    private transient Counter chargesIn;
    private transient Counter chargedNano;
    private transient Counter cutReceipts;
    private transient Counter cutNano;

    /** For the shards of the vault that {@code domain} names. */
    public ShardCutOperator(SettleOptions options, Eip712Domain domain) {
        this(options, domain, Pace.DEFAULT);
    }

    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    ShardCutOperator(SettleOptions options, Eip712Domain domain, Pace pace) {
        this.options = options;
        this.domain = domain;
        this.pace = pace;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        unsealed = new UnsealedCharges(context.getKeyedStateStore());
        state = context.getKeyedStateStore().getState(RUNNING);
        running = new TreeMap<>();
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricRegistrar metrics = new MetricRegistrar(getMetricGroup());
        chargesIn = metrics.counter(SettleMetrics.CHARGES);
        chargedNano = metrics.counter(SettleMetrics.CHARGED_NANO);
        cutReceipts = metrics.counter(SettleMetrics.CUT_RECEIPTS);
        cutNano = metrics.counter(SettleMetrics.CUT_NANO);
        metrics.gauge(SettleMetrics.CUT_MILLIS, () -> cutMillis);
        metrics.gauge(SettleMetrics.RUNNING_CUTS, () -> runningCuts);
        pacer = new Pacer(getProcessingTimeService(), this::goOn);
        cutter = new ShardCutter(options, new ReceiptLeaf(domain));
        for (int shard : ownShards()) {
            setCurrentKey(shard);
            RunningCut.State restored = state.value();
            if (restored != null) {
                running.put(shard, RunningCut.from(restored, shard, cutter, unsealed));
            }
        }
        goOnSoon();
    }

    @Override
    public void processElement1(StreamRecord<Charge> element) throws Exception {
        Charge charge = element.getValue();
        chargesIn.inc();
        chargedNano.inc(charge.debitNano());
        RunningCut cut = running.get(options.shardOf(charge.requesterAccount()));
        if (cut != null) {
            cut.choose(Integer.MAX_VALUE, finished); // this charge is behind its barrier
        }
        unsealed.add(charge);
    }

    @Override
    public void processElement2(StreamRecord<Release> element) throws Exception {
        unsealed.add(element.getValue());
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        goOn(Integer.MAX_VALUE, Integer.MAX_VALUE);
        finished = true;
        // Nothing may follow the end of a bounded or drained input, so this cut does not wait for
        // the barrier of the last checkpoint; its id is the lowest which that barrier can have.
        begin(lastBarrier + 1);
        goOn(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        lastBarrier = checkpointId;
        if (finished || checkpointId % options.cutEvery() != 0) {
            return;
        }
        long started = System.nanoTime();
        endThoseWithReleases();
        begin(checkpointId);
        goOn(pace.atBarrier(), pace.atBarrier());
        goOnSoon();
        cutMillis = (System.nanoTime() - started) / 1_000_000;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        Object before = getCurrentKey();
        for (Map.Entry<Integer, RunningCut> cut : running.entrySet()) {
            setCurrentKey(cut.getKey());
            state.update(cut.getValue().state());
        }
        restoreKey(before);
    }

    /** A release leaves with the first cut that has heard of it, and that before the next one's. */
    private void endThoseWithReleases() throws Exception {
        Object before = getCurrentKey();
        Iterator<Map.Entry<Integer, RunningCut>> all = running.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, RunningCut> entry = all.next();
            setCurrentKey(entry.getKey());
            if (entry.getValue().hasReleases() || unsealed.hasReleases()) {
                goOn(entry.getValue(), Integer.MAX_VALUE, Integer.MAX_VALUE);
                all.remove();
            }
        }
        restoreKey(before);
    }

    /** Begins a cut of each shard that has none. */
    private void begin(long cut) throws Exception {
        Object before = getCurrentKey();
        for (int shard : ownShards()) {
            if (!running.containsKey(shard)) {
                setCurrentKey(shard);
                running.put(shard, RunningCut.at(cut, shard, cutter, unsealed));
            }
        }
        restoreKey(before);
    }

    private List<Integer> ownShards() {
        TaskInfo task = getRuntimeContext().getTaskInfo();
        List<Integer> own = new ArrayList<>();
        for (int shard = 0; shard < options.shards(); shard++) {
            int owner =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            shard,
                            task.getMaxNumberOfParallelSubtasks(),
                            task.getNumberOfParallelSubtasks());
            if (owner == task.getIndexOfThisSubtask()) {
                own.add(shard);
            }
        }
        return own;
    }

    /**
     * Goes on with the cuts that run, shard by shard.
     *
     * @param charges most to take
     * @param requesters a cut that has more to choose from does not choose now
     */
    private void goOn(int charges, int requesters) throws Exception {
        Object before = getCurrentKey();
        int left = charges;
        Iterator<Map.Entry<Integer, RunningCut>> all = running.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, RunningCut> entry = all.next();
            setCurrentKey(entry.getKey());
            left -= goOn(entry.getValue(), left, requesters);
            if (entry.getValue().isDone()) {
                all.remove();
            }
        }
        runningCuts = running.size();
        restoreKey(before);
    }

    /** Goes on with the cut of the current key. Returns how many charges it took. */
    private int goOn(RunningCut cut, int charges, int requesters) throws Exception {
        cut.choose(requesters, finished);
        int taken =
                cut.take(charges, receipt -> output.collect(RECEIPTS, new StreamRecord<>(receipt)));
        if (cut.isDone()) {
            state.clear();
            emit(cut);
        }
        return taken;
    }

    private void emit(RunningCut cut) {
        if (cut.isEmpty()) {
            return;
        }
        ShardRoot root = cut.root();
        output.collect(new StreamRecord<>(root));
        cutReceipts.inc(root.receipts());
        cutNano.inc(root.sumNano());
    }

    private void goOnSoon() {
        if (!running.isEmpty()) {
            pacer.goOnSoon();
        }
    }

    private boolean goOn() throws Exception {
        goOn(pace.atOnce(), Integer.MAX_VALUE);
        return !running.isEmpty();
    }

    private void restoreKey(@Nullable Object key) {
        if (key != null) {
            setCurrentKey(key);
        }
    }
}
