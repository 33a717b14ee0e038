package io.millrace.chain.event;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What {@link VaultEventSource} reads and how eagerly.
 *
 * @param chainId the node must follow
 * @param startBlock first block read without a checkpoint: the one the vault or the registry was
 *     deployed in, whichever is older
 * @param pollMillis between two polls for new final blocks
 * @param maxBackoffMillis longest wait after failures of the node
 * @param logsCheck how a node's logs are checked to be all
 * @param maxChainAgeMillis how old the newest final block may be that requests are priced by
 */
public record SourceOptions(
        long chainId,
        long startBlock,
        long pollMillis,
        long maxBackoffMillis,
        LogsCheck logsCheck,
        long maxChainAgeMillis)
        implements Serializable {

    public SourceOptions {
        requireNonNull(logsCheck, "logsCheck is null");
        if (chainId <= 0
                || startBlock < 0
                || pollMillis <= 0
                || maxBackoffMillis < pollMillis
                || maxChainAgeMillis <= 0) {
            throw new IllegalArgumentException(
                    ("event source with chain id %d, start block %d, poll %d ms,"
                                    + " back-off %d ms, prices %d ms old: none may be negative, the"
                                    + " back-off not below the poll")
                            .formatted(
                                    chainId,
                                    startBlock,
                                    pollMillis,
                                    maxBackoffMillis,
                                    maxChainAgeMillis));
        }
    }
}
