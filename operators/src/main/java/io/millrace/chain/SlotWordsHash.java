package io.millrace.chain;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.List;

/**
 * The header's {@code wordsHash}: Keccak-256 over the hashes of the five word arrays that a part is
 * settled with, as {@code ISettlementVaultTypes.EpochHeader} defines it.
 */
public final class SlotWordsHash {

    private SlotWordsHash() {}

    /** The hash; 0x-hex of 32 bytes. */
    public static String of(SlotWords words, List<String> releases) {
        return Hex.encode(
                Keccak.hash(
                        packed(words.debitSlots()),
                        packed(words.debits()),
                        packed(words.creditSlots()),
                        packed(words.credits()),
                        packed(releases)));
    }

    private static byte[] packed(List<String> words) {
        byte[][] decoded = new byte[words.size()][];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = Hex.decode(words.get(i), 32);
        }
        return Keccak.hash(decoded);
    }
}
