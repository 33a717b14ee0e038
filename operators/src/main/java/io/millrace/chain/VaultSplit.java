package io.millrace.chain;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The one split of the event source: how far the vault's events have been emitted.
 *
 * @param nextBlock first block not emitted whole @param nextLogIndex first log of that block not
 *     emitted
 */
public record VaultSplit(long nextBlock, int nextLogIndex) implements SourceSplit {

    /** Its only id. */
    public static final String ID = "vault";

    /** Checks. */
    public VaultSplit {
        if (nextBlock < 0 || nextLogIndex < 0) {
            throw new IllegalArgumentException(
                    "vault split at block " + nextBlock + " log " + nextLogIndex + " is negative");
        }
    }

    @Override
    public String splitId() {
        return ID;
    }
}
