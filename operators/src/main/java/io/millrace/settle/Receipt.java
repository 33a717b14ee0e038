package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.meter.Charge;

/**
 * A charge once sealed.
 *
 * @param epoch 0 until the seal operator has numbered the cut
 * @param cut checkpoint id of the barrier that cut it
 * @param shard and index: where the leaf lies in the Merkle-sum tree
 */
public record Receipt(long epoch, long cut, int shard, int index, Charge charge) {

    public Receipt {
        requireNonNull(charge, "charge is null");
    }
}
