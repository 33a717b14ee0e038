package io.millrace.settle;

import io.millrace.admit.BrokenBooksException;
import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.settle.ShardCutter.Share;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Holds the unsealed charges of its settlement shards and cuts them at the barrier of every cut.
 * In: charges and releases, both keyed by {@link SettleOptions#shardOf(int)}. Out: one {@link
 * ShardRoot} for each shard that has something to seal, and its {@link #RECEIPTS}.
 *
 * <p>A cut takes at most {@link SettleOptions#maxReceiptsPerCut} charges of a shard, of each
 * requester a prefix by sequence, and holds one of them at a time. Each charge and release leaves
 * exactly once, in one cut. A cut is only a regrouping of records: it changes state and sends
 * records before the barrier of the same checkpoint, so both are in that checkpoint or neither is.
 * If the checkpoint then fails while the job goes on, what was cut is already downstream and in the
 * next checkpoint; if the job goes back, the charges are here again.
 *
 * <p>Metrics in group {@code settle}, sums since start: {@code charges} and {@code chargedNano} in,
 * {@code cutReceipts} and {@code cutNano} out; what is between them waits for a cut.
 */
public final class ShardCutOperator extends AbstractStreamOperator<ShardRoot>
        implements TwoInputStreamOperator<Charge, Release, ShardRoot> {

    /** Receipts of the cuts, per shard in the order of their index. */
    public static final OutputTag<CutReceipt> RECEIPTS =
            new OutputTag<>("cut-receipts", TypeInformation.of(CutReceipt.class));

    private static final long serialVersionUID = 1L;

    private final SettleOptions options;
    private final Eip712Domain domain;

    private transient ShardCutter cutter;
    private transient MapState<ChargeKey, Charge> charges;
    private transient MapState<Integer, PendingRequester> requesters;
    private transient ListState<Release> releases;
    private transient long lastBarrier;
    private transient boolean finished;
    private transient Counter chargesIn;
    private transient Counter chargedNano;
    private transient Counter cutReceipts;
    private transient Counter cutNano;

    /** For the shards of the vault that {@code domain} names. */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public ShardCutOperator(SettleOptions options, Eip712Domain domain) {
        this.options = options;
        this.domain = domain;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        charges = context.getKeyedStateStore().getMapState(SettleDescriptors.CHARGES);
        requesters = context.getKeyedStateStore().getMapState(SettleDescriptors.REQUESTERS);
        releases = context.getKeyedStateStore().getListState(SettleDescriptors.RELEASES);
    }

    @Override
    public void open() throws Exception {
        super.open();
        MetricRegistrar metrics = new MetricRegistrar(getMetricGroup());
        chargesIn = metrics.counter(SettleMetrics.CHARGES);
        chargedNano = metrics.counter(SettleMetrics.CHARGED_NANO);
        cutReceipts = metrics.counter(SettleMetrics.CUT_RECEIPTS);
        cutNano = metrics.counter(SettleMetrics.CUT_NANO);
        cutter = new ShardCutter(options, new ReceiptLeaf(domain));
    }

    @Override
    public void processElement1(StreamRecord<Charge> element) throws Exception {
        Charge charge = element.getValue();
        int account = charge.requesterAccount();
        chargesIn.inc();
        chargedNano.inc(charge.debitNano());
        charges.put(new ChargeKey(account, charge.sequence()), charge);
        PendingRequester before = requesters.get(account);
        requesters.put(
                account,
                before == null
                        ? new PendingRequester(account, charge.debitNano(), 1, 0, charge.sequence())
                        : new PendingRequester(
                                account,
                                Nano.add(before.totalNano(), charge.debitNano()),
                                Math.addExact(before.receipts(), 1),
                                before.cutsCarried(),
                                Math.min(before.firstSequence(), charge.sequence())));
    }

    @Override
    public void processElement2(StreamRecord<Release> element) throws Exception {
        releases.add(element.getValue());
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        finished = true;
        // Nothing may follow the end of a bounded or drained input, so this cut does not wait for
        // the barrier of the last checkpoint; its id is the lowest which that barrier can have.
        cutShards(lastBarrier + 1);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        lastBarrier = checkpointId;
        if (!finished && checkpointId % options.cutEvery() == 0) {
            cutShards(checkpointId);
        }
    }

    private void cutShards(long cut) throws Exception {
        TaskInfo task = getRuntimeContext().getTaskInfo();
        int maxParallelism = task.getMaxNumberOfParallelSubtasks();
        int parallelism = task.getNumberOfParallelSubtasks();
        Object before = getCurrentKey();
        for (int shard = 0; shard < options.shards(); shard++) {
            int owner =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            shard, maxParallelism, parallelism);
            if (owner == task.getIndexOfThisSubtask()) {
                setCurrentKey(shard);
                cutShard(cut, shard);
            }
        }
        if (before != null) {
            setCurrentKey(before);
        }
    }

    private void cutShard(long cut, int shard) throws Exception {
        List<PendingRequester> pending = new ArrayList<>();
        requesters.values().forEach(pending::add);
        List<Release> released = new ArrayList<>();
        releases.get().forEach(released::add);
        SortedMap<Integer, Share> shares = cutter.choose(pending, released, finished);
        Map<Integer, Long> unknown = unknownFirsts(shares.values());
        ShardCutter.Draft draft = cutter.draft(cut, shard);
        for (Share share : shares.values()) {
            PendingRequester requester = share.requester();
            long first = unknown.getOrDefault(requester.account(), requester.firstSequence());
            take(share, first, draft);
        }
        for (PendingRequester requester : pending) {
            if (!shares.containsKey(requester.account())) {
                carry(requester);
            }
        }
        releases.clear();
        if (draft.isEmpty() && released.isEmpty()) {
            return;
        }
        ShardRoot root = draft.root(released);
        output.collect(new StreamRecord<>(root));
        cutReceipts.inc(root.receipts());
        cutNano.inc(root.sumNano());
    }

    /** The first sequence of requesters from a state that did not keep it: their keys tell. */
    private Map<Integer, Long> unknownFirsts(Collection<Share> shares) throws Exception {
        Map<Integer, Long> firsts = new HashMap<>();
        for (Share share : shares) {
            if (share.requester().firstSequence() == 0) {
                firsts.put(share.requester().account(), Long.MAX_VALUE);
            }
        }
        if (!firsts.isEmpty()) {
            for (ChargeKey key : charges.keys()) {
                firsts.computeIfPresent(
                        key.account(), (account, first) -> Math.min(first, key.sequence()));
            }
        }
        return firsts;
    }

    /** Moves a share's charges into the cut, one by one: a cut may have many. */
    private void take(Share share, long first, ShardCutter.Draft draft) throws Exception {
        PendingRequester requester = share.requester();
        int taken = 0;
        long takenNano = 0;
        while (taken < requester.receipts()) {
            ChargeKey key = new ChargeKey(requester.account(), first + taken);
            Charge charge = charges.get(key);
            if (charge == null) {
                throw broken(requester, key.sequence());
            }
            if (!share.hasRoomFor(charge.debitNano(), taken, takenNano)) {
                break;
            }
            charges.remove(key);
            output.collect(RECEIPTS, new StreamRecord<>(draft.add(charge)));
            taken++;
            takenNano = Nano.add(takenNano, charge.debitNano());
        }
        long leftNano = requester.totalNano() - takenNano;
        int left = requester.receipts() - taken;
        if (leftNano < 0 || (left == 0 && leftNano > 0)) {
            throw broken(requester, first + taken);
        }
        if (left == 0) {
            requesters.remove(requester.account());
        } else {
            requesters.put(
                    requester.account(),
                    new PendingRequester(
                            requester.account(),
                            leftNano,
                            left,
                            taken == 0 ? requester.cutsCarried() + 1 : 0,
                            first + taken));
        }
    }

    /** Two charges of one sequence number would hide each other, and one not be settled. */
    private static BrokenBooksException broken(PendingRequester requester, long sequence) {
        return new BrokenBooksException(
                ("account %d was charged %d times, %d nano-USD in all, and its charges up to"
                                + " sequence %d are not that: a sequence number came twice, or is"
                                + " missing")
                        .formatted(
                                requester.account(),
                                requester.receipts(),
                                requester.totalNano(),
                                sequence));
    }

    private void carry(PendingRequester requester) throws Exception {
        requesters.put(
                requester.account(),
                new PendingRequester(
                        requester.account(),
                        requester.totalNano(),
                        requester.receipts(),
                        requester.cutsCarried() + 1,
                        requester.firstSequence()));
    }
}
