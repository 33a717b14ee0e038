package io.millrace.chain.rpc;

import java.util.List;

/**
 * A log of the vault or the registry, as the node gave it.
 *
 * @param address of the contract, lower case
 * @param topics 0x-hex
 * @param data 0x-hex
 * @param block number
 * @param blockHash of that block
 * @param transaction hash
 * @param index in the block
 */
public record LogEntry(
        String address,
        List<String> topics,
        String data,
        long block,
        String blockHash,
        String transaction,
        int index) {

    /** Copies. */
    public LogEntry {
        topics = List.copyOf(topics);
    }
}
