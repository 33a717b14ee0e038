package io.millrace.chain;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.ArrayList;
import java.util.List;

/**
 * The header's {@code wordsHash}, as {@code ISettlementVaultTypes.EpochHeader} defines it: over the
 * digests of the debits, of the credits and of the releases, of which the first two are digests of
 * chunks, so that one account's amount can be shown without all the others.
 */
public final class SlotWordsHash {

    private static final int CHUNK = 64;
    private static final int SLOTS_IN_WORD = 8;

    private SlotWordsHash() {}

    /** The hash; 0x-hex of 32 bytes. */
    public static String of(SlotWords words, List<String> releases) {
        return Hex.encode(
                Keccak.hash(
                        chunks(words.debitSlots(), words.debits()),
                        chunks(words.creditSlots(), words.credits()),
                        packed(releases)));
    }

    /** Of each 64 amount words: the words with their slot numbers, then themselves. */
    private static byte[] chunks(List<String> slots, List<String> amounts) {
        List<byte[]> digests = new ArrayList<>();
        for (int from = 0; from < amounts.size(); from += CHUNK) {
            List<String> chunk =
                    new ArrayList<>(part(slots, from / SLOTS_IN_WORD, CHUNK / SLOTS_IN_WORD));
            chunk.addAll(part(amounts, from, CHUNK));
            digests.add(packed(chunk));
        }
        return Keccak.hash(digests.toArray(byte[][]::new));
    }

    private static List<String> part(List<String> words, int from, int most) {
        return words.subList(from, Math.min(words.size(), from + most));
    }

    private static byte[] packed(List<String> words) {
        byte[][] decoded = new byte[words.size()][];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = Hex.decode(words.get(i), 32);
        }
        return Keccak.hash(decoded);
    }
}
