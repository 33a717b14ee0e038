package io.millrace.settle;

import io.millrace.admit.BrokenBooksException;
import io.millrace.settle.ShardCutOperator.Pace;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Gives receipts the number of their epoch. In: {@link CutReceipt}s, and the assignments, both
 * keyed by shard, in any order. Out: each receipt once with its epoch, of each shard all of one cut
 * and then all of the next, ordered by index, once assignment and receipts are all there; then
 * their state is gone.
 *
 * <p>A barrier waits for {@link Pace#atBarrier()} of an epoch only. The rest follows between the
 * records that come in, so that a transaction of the ledger ends with a part of a shard's receipts
 * at the most: the first of them, which recovery can seal for themselves if their epoch was lost.
 * Where there is too little time between records, barriers wait for more: see {@link Shares}.
 */
public final class ReceiptFunction
        extends KeyedCoProcessFunction<Integer, CutReceipt, EpochAssignment, Receipt> {

    private static final long serialVersionUID = 1L;

    private static final String BEGUN = "begun";

    /** Place of a receipt in its shard. */
    public record Place(long cut, int index) {}

    /** How far a cut has been numbered: {@code next} is the first receipt that has not left. */
    public record Begun(long cut, int next) {}

    private transient MapState<Place, CutReceipt> receipts;
    private transient MapState<Long, Integer> counts;
    private transient MapState<Long, EpochAssignment> assignments;
    private transient ValueState<Begun> begun;
    private transient ValueState<Integer> share;
    private transient Set<Integer> shards;
    private transient Shares shares;

    private final int atBarrier;

    ReceiptFunction(int atBarrier) {
        this.atBarrier = atBarrier;
    }

    @Override
    public void open(OpenContext context) {
        receipts =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "receipts",
                                        TypeInformation.of(Place.class),
                                        TypeInformation.of(CutReceipt.class)));
        counts =
                getRuntimeContext()
                        .getMapState(new MapStateDescriptor<>("counts", Types.LONG, Types.INT));
        assignments =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "assignments",
                                        Types.LONG,
                                        TypeInformation.of(EpochAssignment.class)));
        begun =
                getRuntimeContext()
                        .getState(
                                new ValueStateDescriptor<>(BEGUN, TypeInformation.of(Begun.class)));
        share = getRuntimeContext().getState(new ValueStateDescriptor<>("share", Types.INT));
        shards = new TreeSet<>();
        shares = new Shares(atBarrier);
    }

    @Override
    public void processElement1(CutReceipt receipt, Context context, Collector<Receipt> out)
            throws Exception {
        long cut = receipt.cut();
        receipts.put(new Place(cut, receipt.index()), receipt);
        Integer before = counts.get(cut);
        int count = before == null ? 1 : before + 1;
        counts.put(cut, count);
        EpochAssignment assignment = assignments.get(cut);
        if (assignment != null && assignment.receipts() == count) {
            begin(assignment, out);
        }
    }

    @Override
    public void processElement2(EpochAssignment assignment, Context context, Collector<Receipt> out)
            throws Exception {
        assignments.put(assignment.cut(), assignment);
        if (isWhole(assignment)) {
            begin(assignment, out);
        }
    }

    private boolean isWhole(EpochAssignment assignment) throws Exception {
        Integer count = counts.get(assignment.cut());
        return (count == null ? 0 : count) == assignment.receipts();
    }

    /** Begins with a cut, unless its shard goes on with another. */
    private void begin(EpochAssignment assignment, Collector<Receipt> out) throws Exception {
        if (shards.add(assignment.shard())) {
            begun.update(new Begun(assignment.cut(), 0));
            raiseShare();
            emit(assignment.shard(), shares.openOf(assignment.epoch()), out);
        } else {
            raiseShare();
        }
    }

    /** Of what waits for its epoch now. */
    private void raiseShare() throws Exception {
        Begun cut = begun.value();
        long waiting = cut == null ? 0 : -cut.next();
        for (EpochAssignment assignment : assignments.values()) {
            waiting += assignment.receipts();
        }
        Integer before = share.value();
        share.update(Math.max(before == null ? 0 : before, Shares.shareOf(waiting)));
    }

    /** The last before a barrier. The current key is {@code shard}. */
    private void emitDue(int shard, Collector<Receipt> out) throws Exception {
        emit(shard, shares.due(shard), out);
        int open = openOf(shard);
        while (open > 0) {
            emit(shard, open, out);
            open = openOf(shard);
        }
    }

    private int openOf(int shard) throws Exception {
        return shards.contains(shard) ? shares.openOf(epochOf(begun.value())) : 0;
    }

    private long epochOf(Begun cut) throws Exception {
        return assignments.get(cut.cut()).epoch();
    }

    /**
     * Goes on with the shard that is the current key.
     *
     * @return how many receipts have left, at most {@code most}
     */
    private int emit(int shard, int most, Collector<Receipt> out) throws Exception {
        int left = most;
        Begun cut = begun.value();
        while (cut != null && left > 0) {
            EpochAssignment assignment = assignments.get(cut.cut());
            int until = (int) Math.min(assignment.receipts(), (long) cut.next() + left);
            for (int index = cut.next(); index < until; index++) {
                emit(assignment, index, out);
            }
            left -= until - cut.next();
            shares.left(shard, assignment.epoch(), until - cut.next());
            if (until < assignment.receipts()) {
                cut = new Begun(cut.cut(), until);
            } else {
                counts.remove(cut.cut());
                assignments.remove(cut.cut());
                cut = nextWhole();
            }
        }
        if (cut == null) {
            begun.clear();
            share.clear();
            shards.remove(shard);
        } else {
            begun.update(cut);
        }
        return most - left;
    }

    private void emit(EpochAssignment assignment, int index, Collector<Receipt> out)
            throws Exception {
        Place place = new Place(assignment.cut(), index);
        CutReceipt receipt = receipts.get(place);
        if (receipt == null) {
            throw new BrokenBooksException(
                    "receipt %d of cut %d in shard %d is missing"
                            .formatted(index, assignment.cut(), assignment.shard()));
        }
        receipts.remove(place);
        out.collect(receipt.numbered(assignment.epoch()));
    }

    /** Of the cuts that wait for their turn the one of the first epoch. */
    private @Nullable Begun nextWhole() throws Exception {
        EpochAssignment first = null;
        for (EpochAssignment assignment : assignments.values()) {
            if (isWhole(assignment) && (first == null || assignment.epoch() < first.epoch())) {
                first = assignment;
            }
        }
        return first == null ? null : new Begun(first.cut(), 0);
    }

    /**
     * How many receipts a checkpoint waits for, of one subtask: of each epoch the first, so that
     * small epochs become visible whole, and of each shard so many that whatever it was given has
     * left {@link #CHECKPOINTS} later. Auditors rely on both. Plain Java, one thread.
     */
    static final class Shares {

        /** In which all receipts of a cut leave, however little time there is between records. */
        static final int CHECKPOINTS = 64;

        private final int first;
        private final Map<Long, Integer> ofEpochs = new HashMap<>();
        private final Map<Integer, Integer> ofShards = new HashMap<>();
        private final Map<Integer, Integer> left = new HashMap<>();

        /**
         * @param first of an epoch that leave with the checkpoint that first can
         */
        Shares(int first) {
            this.first = first;
        }

        /** How many of {@code shard} every checkpoint must have, if so many wait. */
        static int shareOf(long waiting) {
            return Math.toIntExact((waiting + CHECKPOINTS - 1) / CHECKPOINTS);
        }

        /** Receipts have left. */
        void left(int shard, long epoch, int receipts) {
            left.merge(shard, receipts, Integer::sum);
            ofEpochs.put(epoch, Math.max(0, openOf(epoch) - receipts));
        }

        /** How many of the first of {@code epoch} have not left. */
        int openOf(long epoch) {
            return ofEpochs.getOrDefault(epoch, first);
        }

        /** How many of {@code shard} this checkpoint has yet to get. */
        int due(int shard) {
            return Math.max(0, ofShards.getOrDefault(shard, 0) - left.getOrDefault(shard, 0));
        }

        /**
         * A checkpoint has what it must.
         *
         * @param shares of the next one, by shard
         * @param epochs that still have receipts to let go
         */
        void next(Map<Integer, Integer> shares, Collection<Long> epochs) {
            left.clear();
            ofShards.clear();
            ofShards.putAll(shares);
            ofEpochs.keySet().retainAll(epochs);
        }
    }

    /** Runs the function, and goes on with what it has begun. */
    public static final class Operator
            extends KeyedCoProcessOperator<Integer, CutReceipt, EpochAssignment, Receipt> {

        private static final long serialVersionUID = 1L;

        private final ReceiptFunction function;
        private final Pace pace;

        private transient Collector<Receipt> out;
        private transient Pacer pacer;

        /** At the pace of the cuts. */
        public Operator() {
            this(Pace.DEFAULT);
        }

        @SuppressWarnings("NullAway.Init") // Flink calls open before anything else
        Operator(Pace pace) {
            this(new ReceiptFunction(pace.atBarrier()), pace);
        }

        @SuppressWarnings("NullAway.Init") // Flink calls open before anything else
        private Operator(ReceiptFunction function, Pace pace) {
            super(function);
            this.function = function;
            this.pace = pace;
        }

        @Override
        public void open() throws Exception {
            super.open();
            out = new TimestampedCollector<>(output);
            pacer = new Pacer(getProcessingTimeService(), this::goOn);
            KeyedStateBackend<Integer> states = getKeyedStateBackend();
            try (Stream<Integer> keys = states.getKeys(BEGUN, VoidNamespace.INSTANCE)) {
                keys.forEach(function.shards::add);
            }
            share();
            goOnSoon();
        }

        @Override
        public void processElement1(StreamRecord<CutReceipt> element) throws Exception {
            super.processElement1(element);
            goOnSoon();
        }

        @Override
        public void processElement2(StreamRecord<EpochAssignment> element) throws Exception {
            super.processElement2(element);
            goOnSoon();
        }

        @Override
        public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
            super.prepareSnapshotPreBarrier(checkpointId);
            for (int shard : List.copyOf(function.shards)) {
                setCurrentKey(shard);
                function.emitDue(shard, out);
            }
            share();
        }

        /** What the next checkpoint must have. */
        private void share() throws Exception {
            Map<Integer, Integer> shares = new HashMap<>();
            Set<Long> epochs = new HashSet<>();
            for (int shard : function.shards) {
                setCurrentKey(shard);
                Integer share = function.share.value();
                shares.put(shard, share == null ? 0 : share);
                epochs.add(function.epochOf(function.begun.value()));
            }
            function.shares.next(shares, epochs);
        }

        @Override
        public void finish() throws Exception {
            super.finish();
            emit(Integer.MAX_VALUE);
        }

        private void goOnSoon() {
            if (!function.shards.isEmpty()) {
                pacer.goOnSoon();
            }
        }

        private boolean goOn() throws Exception {
            emit(pace.atOnce());
            return !function.shards.isEmpty();
        }

        private void emit(int most) throws Exception {
            int left = most;
            for (int shard : List.copyOf(function.shards)) {
                if (left > 0) {
                    setCurrentKey(shard);
                    left -= function.emit(shard, left, out);
                }
            }
        }
    }
}
