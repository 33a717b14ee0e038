package io.millrace.watch.act;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import org.web3j.utils.Numeric;

/** Opens what one part of an epoch debits of one account from the header's {@code wordsHash}. */
public final class Statements {

    private Statements() {}

    /**
     * The statement with its witnesses.
     *
     * @throws IllegalArgumentException if the part has no word for the account
     */
    public static Tribunal.Statement open(EpochPart part, long account) {
        int at = placeOf(part, account / PackedSlots.LANES);
        int from = at - at % PackedSlots.CHUNK;
        int to = Math.min(part.debits().size(), from + PackedSlots.CHUNK);
        return new Tribunal.Statement(
                header(part.header()),
                BigInteger.valueOf(account),
                PackedSlots.chunkHashes(part.debitSlots(), part.debits()),
                BigInteger.valueOf(at / PackedSlots.CHUNK),
                BigInteger.valueOf(at % PackedSlots.CHUNK),
                PackedSlots.slots(part.debitSlots(), from, to),
                part.debits().subList(from, to),
                PackedSlots.listHash(PackedSlots.chunkHashes(part.creditSlots(), part.credits())),
                PackedSlots.packedHash(part.releases()));
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
            if (PackedSlots.slotAt(part.debitSlots(), i) == slot) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "%s debits nothing of accounts %d to %d"
                        .formatted(
                                part.name(),
                                slot * PackedSlots.LANES,
                                slot * PackedSlots.LANES + PackedSlots.LANES - 1));
    }
}
