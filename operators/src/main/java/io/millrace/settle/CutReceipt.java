package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedBefore;

/**
 * A charge once cut: a {@link Receipt} as soon as the seal operator has numbered the cut.
 *
 * @param cut checkpoint id of the barrier that cut it
 * @param shard and index: where the leaf lies in the Merkle-sum tree
 * @param earnedBefore by the leaves before it in the shard
 */
public record CutReceipt(long cut, int shard, int index, EarnedBefore earnedBefore, Charge charge) {

    public CutReceipt {
        requireNonNull(earnedBefore, "earnedBefore is null");
        requireNonNull(charge, "charge is null");
    }

    /** The receipt that this is in {@code epoch}. */
    public Receipt numbered(long epoch) {
        return new Receipt(epoch, cut, shard, index, earnedBefore, charge);
    }
}
