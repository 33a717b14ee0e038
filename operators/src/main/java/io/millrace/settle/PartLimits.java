package io.millrace.settle;

import java.io.Serializable;

/**
 * What one settlement transaction may cost. The weights below are upper bounds of what the vault
 * uses, so that a part within the limits never runs out of gas: a word of calldata with every byte
 * set, and for a credit or a release a storage slot that was empty before.
 *
 * @param maxGas of one part
 * @param maxBytes of its calldata
 */
public record PartLimits(long maxGas, int maxBytes) implements Serializable {

    /** The transaction itself, header, header chain, event. */
    static final long PART_GAS = 180_000;

    /** Cold load and store of a used word (5,000), its calldata and its share of a slot word. */
    static final long DEBIT_SLOT_GAS = 6_100;

    /** The same, and a store to a word that may be empty (22,100). */
    static final long CREDIT_SLOT_GAS = 23_200;

    /** Two ledger words, the account's two words of which one may be empty, event. */
    static final long RELEASE_GAS = 42_000;

    /** Selector, header, array heads, the last slot words, the signed envelope. */
    static final int PART_BYTES = 1_200;

    /** A word of amounts and an eighth of a word of slot numbers. */
    static final int SLOT_BYTES = 36;

    /** One word. */
    static final int RELEASE_BYTES = 32;

    /** What the vault takes of one epoch. */
    public static final int MAX_PARTS = 1_024;

    /**
     * Below the protocol's 2^24 gas a transaction (EIP-7825) and the 128 KiB that nodes relay, with
     * a margin.
     */
    public static final PartLimits DEFAULT = new PartLimits(16_200_000, 120 * 1024);

    public PartLimits {
        long leastGas = PART_GAS + Math.max(DEBIT_SLOT_GAS + CREDIT_SLOT_GAS, RELEASE_GAS);
        int leastBytes = PART_BYTES + 2 * SLOT_BYTES;
        if (maxGas < leastGas || maxBytes < leastBytes) {
            throw new IllegalArgumentException(
                    "a part of %d gas and %d bytes holds nothing, use at least %d gas and %d bytes"
                            .formatted(maxGas, maxBytes, leastGas, leastBytes));
        }
    }

    /**
     * How many accounts one shard may debit so that its share always fits one epoch, if it credits
     * no more accounts than that. Each step of the packing ends a debit or a credit, and opens a
     * slot of each at most.
     */
    int maxShardAccounts() {
        long byGas = (maxGas - PART_GAS) / (DEBIT_SLOT_GAS + CREDIT_SLOT_GAS);
        long byBytes = ((long) maxBytes - PART_BYTES) / (2 * SLOT_BYTES);
        return (int) Math.min(Integer.MAX_VALUE, MAX_PARTS * Math.min(byGas, byBytes) / 2);
    }
}
