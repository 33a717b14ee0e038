package io.millrace.testing;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedEpoch;
import io.millrace.chain.SlotWords;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;

/** Parts that the real vault takes; it hashes the headers itself. */
public final class RealParts {

    public static final long DEBIT_NANO = 500;
    static final long FEE_NANO = 20;

    private RealParts() {}

    /** Requester 1 pays 500 nano-USD: 480 to provider 1, 20 to the treasury. */
    public static SealedEpoch part(SettlementVault vault, String previous, long epoch, long l2Block)
            throws Exception {
        return part(vault, previous, epoch, l2Block, DEBIT_NANO);
    }

    /** The same with another sum named in the header. */
    public static SealedEpoch part(
            SettlementVault vault, String previous, long epoch, long l2Block, long sumNano)
            throws Exception {
        SlotWords words =
                new SlotWords(
                        List.of(Hex.ZERO_32),
                        List.of(lanes(0, DEBIT_NANO)),
                        List.of(Hex.ZERO_32),
                        List.of(lanes(FEE_NANO, DEBIT_NANO - FEE_NANO)));
        EpochHeader header =
                new EpochHeader(
                        previous,
                        epoch,
                        0,
                        1,
                        Hex.encode(Keccak.hashUtf8("root of epoch " + epoch)),
                        sumNano,
                        1,
                        sumNano,
                        wordsHash(words),
                        Hex.encode(Keccak.hashUtf8("cut of epoch " + epoch)),
                        l2Block);
        String hash = Hex.encode(vault.hashHeader(wire(header)).send());
        return new SealedEpoch(hash, header, words, List.of(), 3, List.of(), List.of());
    }

    public static SettlementVault.EpochHeader wire(EpochHeader it) {
        return new SettlementVault.EpochHeader(
                Hex.decode(it.previousHeader(), 32),
                BigInteger.valueOf(it.epoch()),
                BigInteger.valueOf(it.part()),
                BigInteger.valueOf(it.parts()),
                Hex.decode(it.receiptsRoot(), 32),
                BigInteger.valueOf(it.receiptsSumNano()),
                BigInteger.valueOf(it.receiptsCount()),
                BigInteger.valueOf(it.partSumNano()),
                Hex.decode(it.wordsHash(), 32),
                Hex.decode(it.cutDigest(), 32),
                BigInteger.valueOf(it.l2Block()));
    }

    public static SettlementVault.SlotWords wire(SlotWords it) {
        return new SettlementVault.SlotWords(
                numbers(it.debitSlots()),
                numbers(it.debits()),
                numbers(it.creditSlots()),
                numbers(it.credits()));
    }

    private static List<BigInteger> numbers(List<String> words) {
        return words.stream().map(word -> new BigInteger(word.substring(2), 16)).toList();
    }

    /** Amounts of lanes 0 and 1 of a word. */
    private static String lanes(long lane0, long lane1) {
        return Hex.encode(ByteBuffer.allocate(32).putLong(16, lane1).putLong(24, lane0).array());
    }

    private static String wordsHash(SlotWords words) {
        return Hex.encode(
                Keccak.hash(
                        Keccak.hash(packed(words.debitSlots())),
                        Keccak.hash(packed(words.debits())),
                        Keccak.hash(packed(words.creditSlots())),
                        Keccak.hash(packed(words.credits())),
                        Keccak.hash(packed(List.of()))));
    }

    private static byte[] packed(List<String> words) {
        ByteBuffer buffer = ByteBuffer.allocate(32 * words.size());
        words.forEach(word -> buffer.put(Hex.decode(word, 32)));
        return buffer.array();
    }
}
