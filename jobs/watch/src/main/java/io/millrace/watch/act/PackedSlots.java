package io.millrace.watch.act;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Amounts of accounts as a part of an epoch packs them, four to a word, and the hashes by which its
 * header commits to them, in chunks of 64 words.
 */
final class PackedSlots {

    static final int LANES = 4;
    static final int CHUNK = 64;

    private static final int WORD = 32;
    private static final int SLOTS_IN_WORD = 8;
    private static final BigInteger UINT32 = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);

    private PackedSlots() {}

    /** Slot of the amount word at {@code at}. */
    static long slotAt(List<BigInteger> slots, int at) {
        return slots.get(at / SLOTS_IN_WORD)
                .shiftRight(WORD * (at % SLOTS_IN_WORD))
                .and(UINT32)
                .longValueExact();
    }

    /**
     * The slot words of the amount words from {@code from}, where a chunk begins, to {@code to}.
     */
    static List<BigInteger> slots(List<BigInteger> slots, int from, int to) {
        return slots.subList(from / SLOTS_IN_WORD, (to + SLOTS_IN_WORD - 1) / SLOTS_IN_WORD);
    }

    static List<byte[]> chunkHashes(List<BigInteger> slots, List<BigInteger> amounts) {
        List<byte[]> hashes = new ArrayList<>();
        for (int from = 0; from < amounts.size(); from += CHUNK) {
            int to = Math.min(amounts.size(), from + CHUNK);
            List<BigInteger> words = new ArrayList<>(slots(slots, from, to));
            words.addAll(amounts.subList(from, to));
            hashes.add(packedHash(words));
        }
        return hashes;
    }

    static byte[] listHash(List<byte[]> hashes) {
        ByteBuffer all = ByteBuffer.allocate(WORD * hashes.size());
        hashes.forEach(all::put);
        return Hash.sha3(all.array());
    }

    static byte[] packedHash(List<BigInteger> words) {
        ByteBuffer packed = ByteBuffer.allocate(WORD * words.size());
        words.forEach(word -> packed.put(Numeric.toBytesPadded(word, WORD)));
        return Hash.sha3(packed.array());
    }
}
