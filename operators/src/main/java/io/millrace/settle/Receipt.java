package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.meter.Charge;

/**
 * A charge once sealed.
 *
 * @param epoch from 1
 * @param cut checkpoint id of the barrier that cut it
 * @param shard and index: where the leaf lies in the Merkle-sum tree
 */
public record Receipt(long epoch, long cut, int shard, int index, Charge charge) {

    public Receipt {
        requireNonNull(charge, "charge is null");
        if (epoch < 1) {
            throw new IllegalArgumentException(
                    "receipt of request %s is of epoch %d, the first is 1"
                            .formatted(charge.requestId(), epoch));
        }
    }
}
