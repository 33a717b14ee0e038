package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One entry of the submitter's journal (topic {@code settlement.transactions}): a signed
 * transaction before it was sent, or what the chain said of it.
 *
 * @param state SIGNED (written durably before sending), FINAL (the header is in the vault at
 *     finality)
 * @param epoch
 * @param part
 * @param header hash of the header
 * @param nonce of the settler account
 * @param transaction hash
 * @param raw signed bytes, 0x-hex, empty unless SIGNED
 * @param maxFeePerGasWei and maxPriorityFeePerGasWei: of the signed transaction
 * @param block where it was mined, 0 unless FINAL
 * @param gasUsed 0 unless FINAL
 * @param atMillis wall clock of the entry, for people only
 */
public record SettlementRecord(
        State state,
        long epoch,
        int part,
        String header,
        long nonce,
        String transaction,
        String raw,
        long maxFeePerGasWei,
        long maxPriorityFeePerGasWei,
        long block,
        long gasUsed,
        long atMillis) {

    /** Life of a journal entry. */
    public enum State {
        SIGNED,
        FINAL
    }

    public SettlementRecord {
        requireNonNull(state, "state is null");
        requireNonNull(header, "header is null");
        requireNonNull(transaction, "transaction is null");
        requireNonNull(raw, "raw is null");
    }

    /** What is wrong with the entry as it was read back, or null if it is intact. */
    public @Nullable String damage() {
        return state == State.SIGNED
                ? SignedTransaction.damage(
                        transaction, raw, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei)
                : null;
    }

    /** Whether its part comes before part {@code otherPart} of {@code otherEpoch}. */
    boolean isBefore(long otherEpoch, int otherPart) {
        return epoch < otherEpoch || (epoch == otherEpoch && part < otherPart);
    }
}
