package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedBefore;

/**
 * A charge once sealed.
 *
 * @param epoch from 1
 * @param cut checkpoint id of the barrier that cut it
 * @param shard and index: where the leaf lies in the Merkle-sum tree
 * @param earnedBefore by the leaves before it in the shard
 */
public record Receipt(
        long epoch, long cut, int shard, int index, EarnedBefore earnedBefore, Charge charge) {

    public Receipt {
        requireNonNull(earnedBefore, "earnedBefore is null");
        requireNonNull(charge, "charge is null");
        if (epoch < 1) {
            throw new IllegalArgumentException(
                    "receipt of request %s is of epoch %d, the first is 1"
                            .formatted(charge.requestId(), epoch));
        }
    }
}
