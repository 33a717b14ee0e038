package io.millrace.chain.event;

import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import java.util.List;

/**
 * Makes sure that the logs a node gave for a block are all there are. An empty answer is no proof:
 * nodes behind a load balancer, or with a pruned index, give it without an error (geth #24078,
 * #27353, besu #8007).
 */
final class LogsProof {

    private final EventChain chain;
    private final LogsCheck check;

    LogsProof(EventChain chain, LogsCheck check) {
        this.chain = chain;
        this.check = check;
    }

    /** Whether logs come without proof, so that headers between them need not be read. */
    boolean isOff() {
        return check == LogsCheck.OFF;
    }

    /** Whether the header alone says that our contracts have no log in the block. */
    boolean rulesOut(BlockHeader header) {
        return check == LogsCheck.BLOOM && !mayHoldOurs(new LogBloom(header.logsBloom()));
    }

    /**
     * Checks the logs of one block.
     *
     * @throws RpcException INVALID if some are missing, or some are not of this block
     */
    void require(BlockHeader header, List<LogEntry> logs) throws RpcException {
        for (LogEntry log : logs) {
            if (!log.blockHash().equals(header.hash())) {
                throw RpcException.invalid(
                        "eth_getLogs",
                        "a log of block %d is of %s but the canonical block is %s"
                                .formatted(log.block(), log.blockHash(), header.hash()));
            }
        }
        if (check == LogsCheck.OFF) {
            return;
        }
        if (check == LogsCheck.BLOOM) {
            LogBloom bloom = new LogBloom(header.logsBloom());
            requireInBloom(header, bloom, logs);
            if (!mayHoldOurs(bloom)) {
                return;
            }
        }
        List<LogEntry> proven = chain.provenLogs(header);
        if (!proven.equals(logs)) {
            throw RpcException.invalid(
                    "eth_getLogs",
                    ("block %d has %d logs of our contracts by its receipts, but"
                                    + " the answer had %d%s")
                            .formatted(
                                    header.number(),
                                    proven.size(),
                                    logs.size(),
                                    proven.size() == logs.size() ? ", and others" : ""));
        }
    }

    private boolean mayHoldOurs(LogBloom bloom) {
        // By address alone, as logs are asked for: an event that nobody reads, of a role or of
        // money
        // taken, would else be there in one reading and not in the other.
        return chain.addresses().stream().anyMatch(bloom::mayHold);
    }

    private static void requireInBloom(BlockHeader header, LogBloom bloom, List<LogEntry> logs)
            throws RpcException {
        for (LogEntry log : logs) {
            if (!bloom.mayHold(log.address()) || !log.topics().stream().allMatch(bloom::mayHold)) {
                throw RpcException.invalid(
                        "eth_getLogs",
                        ("log %d of block %d is not in the bloom filter of its"
                                        + " header; if this chain's headers have none, set"
                                        + " chain.logs.check to receipts")
                                .formatted(log.index(), header.number()));
            }
        }
    }
}
