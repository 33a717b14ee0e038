package io.millrace.chain;

import java.util.List;

/**
 * Packed account amounts as {@code ISettlementVaultTypes.SlotWords} has them: every element a
 * uint256 as 0x-hex of 32 bytes; slot numbers eight to a word from the lowest bits up.
 */
public record SlotWords(
        List<String> debitSlots,
        List<String> debits,
        List<String> creditSlots,
        List<String> credits) {

    /** Copies. */
    public SlotWords {
        debitSlots = List.copyOf(debitSlots);
        debits = List.copyOf(debits);
        creditSlots = List.copyOf(creditSlots);
        credits = List.copyOf(credits);
    }
}
