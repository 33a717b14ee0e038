package io.millrace.watch.act;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** Opens what one part of an epoch debits of one account from the header's {@code wordsHash}. */
public final class Statements {

    private static final int WORD = 32;
    private static final int CHUNK = 64;
    private static final int SLOTS_IN_WORD = 8;
    private static final int LANES = 4;
    private static final BigInteger UINT32 = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);

    private Statements() {}

    /**
     * The statement with its witnesses.
     *
     * @throws IllegalArgumentException if the part has no word for the account
     */
    public static Tribunal.Statement open(EpochPart part, long account) {
        int at = placeOf(part, account / LANES);
        int from = at - at % CHUNK;
        return new Tribunal.Statement(
                header(part.header()),
                BigInteger.valueOf(account),
                chunkHashes(part.debitSlots(), part.debits()),
                BigInteger.valueOf(at / CHUNK),
                BigInteger.valueOf(at % CHUNK),
                slots(part.debitSlots(), from),
                amounts(part.debits(), from),
                listHash(chunkHashes(part.creditSlots(), part.credits())),
                packedHash(part.releases()));
    }

    /** A header as the tribunal's calls take it. */
    static Tribunal.EpochHeader header(Header header) {
        return new Tribunal.EpochHeader(
                Numeric.hexStringToByteArray(header.previousHeader()),
                BigInteger.valueOf(header.epoch()),
                BigInteger.valueOf(header.part()),
                BigInteger.valueOf(header.parts()),
                Numeric.hexStringToByteArray(header.receiptsRoot()),
                header.receiptsSumNano(),
                BigInteger.valueOf(header.receiptsCount()),
                BigInteger.valueOf(header.levels()),
                header.partSumNano(),
                Numeric.hexStringToByteArray(header.wordsHash()),
                Numeric.hexStringToByteArray(header.cutDigest()),
                BigInteger.valueOf(header.l2Block()));
    }

    private static int placeOf(EpochPart part, long slot) {
        for (int i = 0; i < part.debits().size(); i++) {
            BigInteger word = part.debitSlots().get(i / SLOTS_IN_WORD);
            if (word.shiftRight(WORD * (i % SLOTS_IN_WORD)).and(UINT32).longValueExact() == slot) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "%s debits nothing of accounts %d to %d"
                        .formatted(part.name(), slot * LANES, slot * LANES + LANES - 1));
    }

    private static List<byte[]> chunkHashes(List<BigInteger> slots, List<BigInteger> amounts) {
        List<byte[]> hashes = new ArrayList<>();
        for (int from = 0; from < amounts.size(); from += CHUNK) {
            List<BigInteger> words = new ArrayList<>(slots(slots, from));
            words.addAll(amounts(amounts, from));
            hashes.add(packedHash(words));
        }
        return hashes;
    }

    private static List<BigInteger> slots(List<BigInteger> slots, int from) {
        int first = from / SLOTS_IN_WORD;
        return slots.subList(first, Math.min(slots.size(), first + CHUNK / SLOTS_IN_WORD));
    }

    private static List<BigInteger> amounts(List<BigInteger> amounts, int from) {
        return amounts.subList(from, Math.min(amounts.size(), from + CHUNK));
    }

    private static byte[] listHash(List<byte[]> hashes) {
        ByteBuffer all = ByteBuffer.allocate(WORD * hashes.size());
        hashes.forEach(all::put);
        return Hash.sha3(all.array());
    }

    private static byte[] packedHash(List<BigInteger> words) {
        ByteBuffer packed = ByteBuffer.allocate(WORD * words.size());
        words.forEach(word -> packed.put(Numeric.toBytesPadded(word, WORD)));
        return Hash.sha3(packed.array());
    }
}
