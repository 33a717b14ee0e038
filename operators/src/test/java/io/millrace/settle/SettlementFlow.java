package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;

import io.millrace.admit.Release;
import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.meter.Charge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The operators of this stage wired as the job wires them, with two subtasks of the cut, under the
 * test's control: records wait in channels until they are carried over, checkpoints complete, fail,
 * reach only one subtask or overtake the records, and the whole goes back to the last complete one.
 * What the sinks got counts only up to the last complete checkpoint, as in a Kafka transaction.
 */
@SuppressWarnings("try") // a harness may throw anything at close, and then the test fails
final class SettlementFlow implements AutoCloseable {

    private static final int SUBTASKS = 2;
    private static final int MAX_PARALLELISM = 128;

    /** All that a complete checkpoint holds. */
    private record Snapshot(
            long checkpoint,
            List<OperatorSubtaskState> cuts,
            OperatorSubtaskState seal,
            OperatorSubtaskState receipts,
            List<Object> toSeal,
            List<Object> toReceipts,
            int fed,
            int parts,
            int sealed) {}

    private final SettleOptions options;
    private final List<Charge> input;
    private final Random random;
    private final List<TwoInputStreamOperatorTestHarness<Charge, Release, ShardRoot>> cuts =
            new ArrayList<>();
    private TwoInputStreamOperatorTestHarness<ShardRoot, CutPosition, SealedPart> seal;
    private TwoInputStreamOperatorTestHarness<CutReceipt, EpochAssignment, Receipt> receipts;
    private final List<Object> toSeal = new ArrayList<>();
    private final List<Object> toReceipts = new ArrayList<>();
    private final List<SealedPart> parts = new ArrayList<>();
    private final List<Receipt> sealed = new ArrayList<>();
    private int fed;
    private long checkpoint;
    private @Nullable Snapshot complete;

    SettlementFlow(SettleOptions options, List<Charge> input, Random random) throws Exception {
        this.options = options;
        this.input = input;
        this.random = random;
        for (int subtask = 0; subtask < SUBTASKS; subtask++) {
            cuts.add(opened(cut(subtask), null));
        }
        seal = opened(seal(), null);
        receipts = opened(receipts(), null);
    }

    List<SealedPart> parts() {
        return parts;
    }

    List<Receipt> sealed() {
        return sealed;
    }

    /** The next {@code count} charges reach the cut. */
    void feed(int count) throws Exception {
        for (int end = Math.min(input.size(), fed + count); fed < end; fed++) {
            Charge charge = input.get(fed);
            int shard = options.shardOf(charge.requesterAccount());
            int subtask =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            shard, MAX_PARALLELISM, SUBTASKS);
            cuts.get(subtask).processElement1(new StreamRecord<>(charge));
        }
    }

    /** A checkpoint whose barrier stays behind all records; it completes or fails at the end. */
    void alignedCheckpoint(boolean completes) throws Exception {
        checkpoint++;
        List<OperatorSubtaskState> cutStates = new ArrayList<>();
        for (int subtask = 0; subtask < SUBTASKS; subtask++) {
            cutStates.add(barrier(cuts.get(subtask)));
            collectCut(subtask);
        }
        carryToBuilder();
        OperatorSubtaskState sealState = barrier(seal);
        collectBuilder();
        carryToReceipts();
        OperatorSubtaskState receiptsState = barrier(receipts);
        if (completes) {
            save(cutStates, sealState, receiptsState);
        }
    }

    /** A complete checkpoint whose barrier overtakes what waits in the channels. */
    void unalignedCheckpoint() throws Exception {
        checkpoint++;
        List<OperatorSubtaskState> cutStates = new ArrayList<>();
        for (int subtask = 0; subtask < SUBTASKS; subtask++) {
            cutStates.add(barrier(cuts.get(subtask)));
            collectCut(subtask);
            if (random.nextBoolean()) {
                carryToBuilder();
            }
        }
        OperatorSubtaskState sealState = barrier(seal);
        collectBuilder();
        if (random.nextBoolean()) {
            carryToReceipts();
        }
        save(cutStates, sealState, barrier(receipts));
    }

    /** A checkpoint that fails after the barrier has reached one of the two subtasks. */
    void halfCheckpoint() throws Exception {
        checkpoint++;
        int subtask = random.nextInt(SUBTASKS);
        barrier(cuts.get(subtask));
        collectCut(subtask);
    }

    /** Everything dies and goes back to the last complete checkpoint. */
    void crash() throws Exception {
        close();
        for (int subtask = 0; subtask < SUBTASKS; subtask++) {
            cuts.set(
                    subtask,
                    opened(cut(subtask), complete == null ? null : complete.cuts().get(subtask)));
        }
        seal = opened(seal(), complete == null ? null : complete.seal());
        receipts = opened(receipts(), complete == null ? null : complete.receipts());
        toSeal.clear();
        toReceipts.clear();
        fed = 0;
        if (complete != null) {
            toSeal.addAll(complete.toSeal());
            toReceipts.addAll(complete.toReceipts());
            fed = complete.fed();
        }
        truncate(parts, complete == null ? 0 : complete.parts());
        truncate(sealed, complete == null ? 0 : complete.sealed());
    }

    @Override
    public void close() throws Exception {
        for (AbstractStreamOperatorTestHarness<?> cut : cuts) {
            cut.close();
        }
        seal.close();
        receipts.close();
    }

    private OperatorSubtaskState barrier(AbstractStreamOperatorTestHarness<?> harness)
            throws Exception {
        harness.prepareSnapshotPreBarrier(checkpoint);
        return harness.snapshot(checkpoint, checkpoint);
    }

    private void save(
            List<OperatorSubtaskState> cutStates,
            OperatorSubtaskState sealState,
            OperatorSubtaskState receiptsState) {
        complete =
                new Snapshot(
                        checkpoint,
                        cutStates,
                        sealState,
                        receiptsState,
                        List.copyOf(toSeal),
                        List.copyOf(toReceipts),
                        fed,
                        parts.size(),
                        sealed.size());
    }

    private void collectCut(int subtask) {
        collect(cuts.get(subtask), toSeal::add);
        collectSide(cuts.get(subtask), ShardCutOperator.RECEIPTS, toReceipts);
    }

    private void collectBuilder() {
        collect(seal, parts::add);
        collectSide(seal, SealOperator.ASSIGNMENTS, toReceipts);
    }

    private void carryToBuilder() throws Exception {
        Collections.shuffle(toSeal, random);
        for (Object record : toSeal) {
            seal.processElement1(new StreamRecord<>((ShardRoot) record));
        }
        toSeal.clear();
    }

    private void carryToReceipts() throws Exception {
        Collections.shuffle(toReceipts, random);
        for (Object record : toReceipts) {
            if (record instanceof CutReceipt receipt) {
                receipts.processElement1(new StreamRecord<>(receipt));
            } else {
                receipts.processElement2(new StreamRecord<>((EpochAssignment) record));
            }
        }
        toReceipts.clear();
        collect(receipts, sealed::add);
    }

    private TwoInputStreamOperatorTestHarness<Charge, Release, ShardRoot> cut(int subtask)
            throws Exception {
        int depth = options.shardDepth(); // a key selector is shipped: it must not hold the flow
        return new KeyedTwoInputStreamOperatorTestHarness<Integer, Charge, Release, ShardRoot>(
                new ShardCutOperator(options, DOMAIN),
                charge -> SettleOptions.shardOf(charge.requesterAccount(), depth),
                release -> SettleOptions.shardOf(release.requesterAccount(), depth),
                Types.INT,
                MAX_PARALLELISM,
                SUBTASKS,
                subtask);
    }

    private TwoInputStreamOperatorTestHarness<ShardRoot, CutPosition, SealedPart> seal()
            throws Exception {
        return new TwoInputStreamOperatorTestHarness<>(
                new SealOperator(options, DOMAIN, Charges.CURRENT, Charges.SINKS));
    }

    private static TwoInputStreamOperatorTestHarness<CutReceipt, EpochAssignment, Receipt>
            receipts() throws Exception {
        return new KeyedTwoInputStreamOperatorTestHarness<
                Integer, CutReceipt, EpochAssignment, Receipt>(
                new ReceiptFunction.Operator(),
                CutReceipt::shard,
                EpochAssignment::shard,
                Types.INT);
    }

    private <H extends AbstractStreamOperatorTestHarness<?>> H opened(
            H harness, @Nullable OperatorSubtaskState state) throws Exception {
        long checkpoint = complete == null ? 0 : complete.checkpoint();
        harness.setup();
        if (state == null) {
            harness.initializeEmptyState();
        } else {
            harness.setRestoredCheckpointId(checkpoint);
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private static <T> void collect(
            AbstractStreamOperatorTestHarness<T> harness, Consumer<? super T> to) {
        harness.extractOutputValues().forEach(to);
        harness.getOutput().clear();
    }

    private static <T> void collectSide(
            AbstractStreamOperatorTestHarness<?> harness, OutputTag<T> tag, List<Object> to) {
        Queue<StreamRecord<T>> records = harness.getSideOutput(tag);
        if (records != null) {
            records.forEach(record -> to.add(record.getValue()));
            records.clear();
        }
    }

    private static void truncate(List<?> list, int size) {
        list.subList(size, list.size()).clear();
    }
}
