package io.millrace.chain;

import static java.util.Objects.requireNonNull;

/**
 * One part of one epoch, as the vault hashes it: fields and order of {@code
 * ISettlementVaultTypes.EpochHeader}; hashes are 0x-hex of 32 bytes.
 */
public record EpochHeader(
        String previousHeader,
        long epoch,
        int part,
        int parts,
        String receiptsRoot,
        long receiptsSumNano,
        long receiptsCount,
        int levels,
        long partSumNano,
        String wordsHash,
        String cutDigest,
        long l2Block) {

    public EpochHeader {
        requireNonNull(previousHeader, "previousHeader is null");
        requireNonNull(receiptsRoot, "receiptsRoot is null");
        requireNonNull(wordsHash, "wordsHash is null");
        requireNonNull(cutDigest, "cutDigest is null");
    }
}
