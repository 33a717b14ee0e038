package io.millrace.audit.rules;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the contract's ChargeRules, so that a fault is found before it is proven. Each
 * answer is the first rule that is broken, in the contract's order. Plain arithmetic, for any
 * thread.
 */
public final class ChargeRules {

    private static final BigInteger UNITS_PER_PRICE = BigInteger.valueOf(1_000_000);
    private static final int INDEX_BITS = 32;
    private static final BigInteger ALL_BASIS_POINTS = BigInteger.valueOf(10_000);

    private ChargeRules() {}

    /**
     * What is wrong with a leaf by itself and by what its model ever cost.
     *
     * @param prices of the leaf's model, version 1 first; none if the registry does not know it
     */
    public static Fault ofLeaf(Leaf leaf, List<Terms> prices) {
        BigInteger[] due =
                leaf.units()
                        .multiply(leaf.priceNanoPerMillion())
                        .divideAndRemainder(UNITS_PER_PRICE);
        BigInteger roundedUp = due[1].signum() == 0 ? due[0] : due[0].add(BigInteger.ONE);
        if (!leaf.debitNano().equals(roundedUp)) {
            return Fault.WRONG_ARITHMETIC;
        }
        Terms terms = inForce(leaf, prices);
        if (terms == null) {
            return Fault.WRONG_PRICE;
        }
        return addUp(leaf, terms) ? Fault.NONE : Fault.WRONG_CREDITS;
    }

    /**
     * What is wrong with a leaf by the request whose digest it names.
     *
     * @param account the requester's, 0 if it has none
     * @param maxFeeNano most that was signed
     * @param deadlineMillis unix time
     */
    public static Fault ofRequest(
            Leaf leaf,
            long account,
            String model,
            BigInteger maxFeeNano,
            BigInteger deadlineMillis) {
        if (leaf.debitNano().compareTo(maxFeeNano) > 0) {
            return Fault.OVERCHARGED;
        }
        if (leaf.account() != account) {
            return Fault.WRONG_ACCOUNT;
        }
        if (!leaf.model().equals(model)) {
            return Fault.WRONG_MODEL;
        }
        return leaf.admittedMillis().compareTo(deadlineMillis) > 0
                ? Fault.AFTER_DEADLINE
                : Fault.NONE;
    }

    /** What is wrong with a leaf by another of the same epoch; nothing, if it is the same leaf. */
    public static Fault inEpoch(Leaf leaf, Leaf other) {
        boolean oneShard = leaf.shard() == other.shard();
        if (oneShard && leaf.index() == other.index()) {
            return Fault.NONE;
        }
        if (leaf.requestId().equals(other.requestId())) {
            return Fault.DOUBLE_CHARGE;
        }
        boolean inOrder;
        if (leaf.account() == other.account()) {
            inOrder =
                    oneShard && leaf.index() - other.index() == leaf.sequence() - other.sequence();
        } else {
            boolean rises = leaf.account() > other.account();
            inOrder = !oneShard || rises == leaf.index() > other.index();
        }
        if (!inOrder) {
            return Fault.SEQUENCE;
        }
        boolean isEarlier = leaf.index() < other.index();
        boolean carriesOn =
                !oneShard
                        || EarnedTotals.carriesOn(
                                (isEarlier ? leaf : other).credits(),
                                (isEarlier ? other : leaf).credits());
        return carriesOn ? Fault.NONE : Fault.WRONG_TOTAL;
    }

    /** What is wrong with a leaf by one of an epoch before, which paid for its charge. */
    public static Fault afterEpoch(Leaf leaf, Leaf earlier, long earlierEpoch) {
        if (leaf.account() != earlier.account() || earlier.debitNano().signum() == 0) {
            return Fault.NONE;
        }
        if (leaf.requestId().equals(earlier.requestId())) {
            return Fault.DOUBLE_CHARGE;
        }
        boolean grows =
                leaf.sequence() > earlier.sequence()
                        || !isReachable(earlier.sequence(), earlierEpoch);
        return grows ? Fault.NONE : Fault.SEQUENCE;
    }

    /**
     * Whether an account can have come to this number by the end of an epoch: its leaves in each
     * have indices of 32 bits. What is above contradicts no later charge.
     */
    public static boolean isReachable(long sequence, long epoch) {
        return (sequence - 1) >> INDEX_BITS < epoch;
    }

    private static @Nullable Terms inForce(Leaf leaf, List<Terms> prices) {
        long version = leaf.priceVersion();
        if (version < 1 || version > prices.size()) {
            return null;
        }
        Terms terms = prices.get((int) version - 1);
        boolean ended = version < prices.size() && prices.get((int) version).counts(leaf);
        boolean same = terms.nanoPerMillion().equals(leaf.priceNanoPerMillion());
        return same && terms.counts(leaf) && !ended ? terms : null;
    }

    /** Line by line, whatever was before; of the treasury's two the second carries on the first. */
    private static boolean addUp(Leaf leaf, Terms terms) {
        List<BigInteger> lines = leaf.credits();
        boolean isDue =
                lines.stream().map(EarnedTotals::line).toList().equals(credits(leaf, terms));
        boolean isTreasurys = lines.size() == 2 && leaf.provider() == 0;
        return isDue
                && (!isTreasurys
                        || EarnedTotals.carriesOn(lines.subList(0, 1), lines.subList(1, 2)));
    }

    private static List<BigInteger> credits(Leaf leaf, Terms terms) {
        BigInteger feeNano =
                leaf.debitNano()
                        .multiply(BigInteger.valueOf(terms.feeBasisPoints()))
                        .divide(ALL_BASIS_POINTS);
        BigInteger creditNano = leaf.debitNano().subtract(feeNano);
        List<BigInteger> lines = new ArrayList<>();
        if (creditNano.signum() != 0) {
            lines.add(BigInteger.valueOf(leaf.provider()).shiftLeft(64).add(creditNano));
        }
        if (feeNano.signum() != 0) {
            lines.add(feeNano);
        }
        return lines;
    }
}
