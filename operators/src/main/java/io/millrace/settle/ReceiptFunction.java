package io.millrace.settle;

import io.millrace.admit.BrokenBooksException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Gives receipts the number of their epoch. In: {@link CutReceipt}s, and the assignments, both
 * keyed by shard, in any order. Out: each receipt once with its epoch, all of a cut together and
 * ordered by index, as soon as assignment and receipts are all there; then their state is gone.
 */
public final class ReceiptFunction
        extends KeyedCoProcessFunction<Integer, CutReceipt, EpochAssignment, Receipt> {

    private static final long serialVersionUID = 1L;

    /** Place of a receipt in its shard. */
    public record Place(long cut, int index) {}

    private transient MapState<Place, CutReceipt> receipts;
    private transient MapState<Long, Integer> counts;
    private transient MapState<Long, EpochAssignment> assignments;

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
            emit(assignment, out);
        }
    }

    @Override
    public void processElement2(EpochAssignment assignment, Context context, Collector<Receipt> out)
            throws Exception {
        Integer count = counts.get(assignment.cut());
        if ((count == null ? 0 : count) == assignment.receipts()) {
            emit(assignment, out);
        } else {
            assignments.put(assignment.cut(), assignment);
        }
    }

    private void emit(EpochAssignment assignment, Collector<Receipt> out) throws Exception {
        long cut = assignment.cut();
        for (int index = 0; index < assignment.receipts(); index++) {
            Place place = new Place(cut, index);
            CutReceipt receipt = receipts.get(place);
            if (receipt == null) {
                throw new BrokenBooksException(
                        "receipt %d of cut %d in shard %d is missing"
                                .formatted(index, cut, assignment.shard()));
            }
            receipts.remove(place);
            out.collect(receipt.numbered(assignment.epoch()));
        }
        counts.remove(cut);
        assignments.remove(cut);
    }
}
