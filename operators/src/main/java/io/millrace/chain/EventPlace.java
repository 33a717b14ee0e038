package io.millrace.chain;

import static java.util.Objects.requireNonNull;

/**
 * Where an event of a contract lies on the L2.
 *
 * @param block L2 block number
 * @param blockMillis its time, unix ms
 * @param logIndex in the block
 * @param transaction hash
 */
public record EventPlace(long block, long blockMillis, int logIndex, String transaction) {

    public EventPlace {
        requireNonNull(transaction, "transaction is null");
    }
}
