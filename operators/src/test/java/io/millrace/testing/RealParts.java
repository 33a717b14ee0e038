package io.millrace.testing;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.VaultAbi;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.nio.ByteBuffer;
import java.util.List;

/** Parts that the real vault takes; it hashes the headers itself. */
public final class RealParts {

    /** Levels that a tree of every vault may have. */
    private static final int MOST_SHARD_DEPTH = 16;

    public static final long DEBIT_NANO = 500;
    static final long FEE_NANO = 20;

    private RealParts() {}

    /** Requester 1 pays 500 nano-USD: 480 to provider 1, 20 to the treasury. */
    public static SealedPart part(SettlementVault vault, String previous, long epoch, long l2Block)
            throws Exception {
        return part(vault, previous, epoch, l2Block, DEBIT_NANO);
    }

    /** The same with another sum named in the header. */
    public static SealedPart part(
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
                        MOST_SHARD_DEPTH,
                        sumNano,
                        wordsHash(words),
                        Hex.encode(Keccak.hashUtf8("cut of epoch " + epoch)),
                        l2Block);
        String hash = Hex.encode(vault.hashHeader(VaultAbi.header(header)).send());
        return new SealedPart(hash, header, words, List.of(), 3, List.of(), List.of());
    }

    /** One of the two parts of the first epoch. */
    public static SealedPart half(SettlementVault vault, String previous, int part, long l2Block)
            throws Exception {
        SealedPart whole = part(vault, previous, 1, l2Block);
        EpochHeader of = whole.header();
        EpochHeader header =
                new EpochHeader(
                        previous,
                        1,
                        part,
                        2,
                        of.receiptsRoot(),
                        2 * DEBIT_NANO,
                        2,
                        of.levels(),
                        DEBIT_NANO,
                        of.wordsHash(),
                        of.cutDigest(),
                        l2Block);
        String hash = Hex.encode(vault.hashHeader(VaultAbi.header(header)).send());
        return new SealedPart(hash, header, whole.words(), List.of(), 3, List.of(), List.of());
    }

    /** Amounts of lanes 0 and 1 of a word. */
    private static String lanes(long lane0, long lane1) {
        return Hex.encode(ByteBuffer.allocate(32).putLong(16, lane1).putLong(24, lane0).array());
    }

    /** Of less than a chunk of words. */
    private static String wordsHash(SlotWords words) {
        return Hex.encode(
                Keccak.hash(
                        Keccak.hash(
                                Keccak.hash(packed(words.debitSlots()), packed(words.debits()))),
                        Keccak.hash(
                                Keccak.hash(packed(words.creditSlots()), packed(words.credits()))),
                        Keccak.hash()));
    }

    private static byte[] packed(List<String> words) {
        ByteBuffer buffer = ByteBuffer.allocate(32 * words.size());
        words.forEach(word -> buffer.put(Hex.decode(word, 32)));
        return buffer.array();
    }
}
