package io.millrace.audit;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One part of one epoch as {@code settle} takes it, from its calldata or from the epoch log. Hashes
 * are 0x-hex, amounts nano-USD.
 *
 * @param releases account &lt;&lt; 96 | request &lt;&lt; 64 | amount
 */
public record EpochPart(
        Header header,
        List<BigInteger> debitSlots,
        List<BigInteger> debits,
        List<BigInteger> creditSlots,
        List<BigInteger> credits,
        List<BigInteger> releases) {

    private static final BigInteger LANE = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger UINT32 = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
    private static final int SLOTS_IN_WORD = 8;
    private static final int LANES = 4;

    /** Copies. */
    public EpochPart {
        debitSlots = List.copyOf(debitSlots);
        debits = List.copyOf(debits);
        creditSlots = List.copyOf(creditSlots);
        credits = List.copyOf(credits);
        releases = List.copyOf(releases);
    }

    /** The fields of ISettlementVaultTypes.EpochHeader, in that order. */
    public record Header(
            String previousHeader,
            long epoch,
            long part,
            long parts,
            String receiptsRoot,
            BigInteger receiptsSumNano,
            long receiptsCount,
            long levels,
            BigInteger partSumNano,
            String wordsHash,
            String cutDigest,
            long l2Block) {}

    /** What each spending account pays; accounts that pay nothing are absent. */
    public Map<Long, BigInteger> debitsByAccount() {
        return unpack(debitSlots, debits);
    }

    /** What each earning account gets; accounts that get nothing are absent. */
    public Map<Long, BigInteger> creditsByAccount() {
        return unpack(creditSlots, credits);
    }

    /** One withdrawal that this part releases, whole or what is left of it. */
    public record Release(long account, long request, BigInteger amountNano) {

        @Override
        public String toString() {
            return amountNano + " nano-USD for withdrawal " + request + " of account " + account;
        }
    }

    /** What this part releases, in its order. */
    public List<Release> released() {
        return releases.stream()
                .map(
                        word ->
                                new Release(
                                        word.shiftRight(96).and(UINT32).longValueExact(),
                                        word.shiftRight(64).and(UINT32).longValueExact(),
                                        word.and(LANE)))
                .toList();
    }

    /** For messages: {@code epoch 7 part 0}. */
    public String name() {
        return "epoch " + header.epoch() + " part " + header.part();
    }

    private static Map<Long, BigInteger> unpack(List<BigInteger> slots, List<BigInteger> words) {
        Map<Long, BigInteger> amounts = new TreeMap<>();
        for (int i = 0; i < words.size(); i++) {
            int word = i / SLOTS_IN_WORD;
            BigInteger packed = word < slots.size() ? slots.get(word) : BigInteger.ZERO;
            long slot = packed.shiftRight(32 * (i % SLOTS_IN_WORD)).and(UINT32).longValueExact();
            for (int lane = 0; lane < LANES; lane++) {
                BigInteger amount = words.get(i).shiftRight(64 * lane).and(LANE);
                if (amount.signum() != 0) {
                    amounts.merge(slot * LANES + lane, amount, BigInteger::add);
                }
            }
        }
        return amounts;
    }
}
