package io.millrace.local.stack.chain;

import java.util.List;

/**
 * A block of the local L2, and what a node needs to mine it again. Such a node gets the same hash,
 * and with it the same state, receipts and logs: the header commits to them.
 *
 * @param timestamp seconds since 1970
 * @param baseFeeWei a unit of gas
 * @param transactions signed, as 0x-hex, in their order
 */
public record MinedBlock(
        long number,
        String hash,
        String parent,
        long timestamp,
        long baseFeeWei,
        List<String> transactions) {

    /** Copies. */
    public MinedBlock {
        transactions = List.copyOf(transactions);
    }
}
