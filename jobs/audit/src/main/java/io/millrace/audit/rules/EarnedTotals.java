package io.millrace.audit.rules;

import java.math.BigInteger;
import java.util.List;

/**
 * The rules of the contract's EarnedTotals: credit lines of before &lt;&lt; 96 | account &lt;&lt;
 * 64 | amount, each of which carries on the total of its earning account in its shard.
 */
public final class EarnedTotals {

    private static final int BEFORE = 96;
    private static final int ACCOUNT = 64;
    private static final BigInteger UINT64 = mask(64);
    private static final BigInteger UINT32 = mask(32);
    private static final BigInteger MORE_THAN_ANY = mask(66);

    private EarnedTotals() {}

    /** The line without what was before it; bits above that stay, for they belong to nothing. */
    static BigInteger line(BigInteger credit) {
        return credit.subtract(beforeNano(credit).shiftLeft(BEFORE));
    }

    /**
     * Whether no line of {@code later} is of an account that had more before it than it says, by
     * the lines of a leaf before.
     */
    public static boolean carriesOn(List<BigInteger> earlier, List<BigInteger> later) {
        return earlier.stream()
                .allMatch(
                        one ->
                                later.stream()
                                        .filter(other -> account(other) == account(one))
                                        .allMatch(
                                                other ->
                                                        beforeNano(other).compareTo(afterNano(one))
                                                                >= 0));
    }

    /**
     * What the lines of a leaf add to what was shown of an account in their shard.
     *
     * @param nano zero if no line is the account's
     * @param afterNano total that the last line ends with
     */
    public record Added(BigInteger nano, BigInteger afterNano) {}

    /**
     * As the tribunal counts it: a line from the total before it, whatever lies between, and at
     * least its own amount, for one that falls back hides nothing.
     *
     * @param shownNano total that the last line shown before ends with, zero in a shard of which
     *     none was
     */
    public static Added addedBy(List<BigInteger> lines, long account, BigInteger shownNano) {
        BigInteger added = BigInteger.ZERO;
        BigInteger after = shownNano;
        for (BigInteger line : lines) {
            if (account(line) == account) {
                BigInteger beyond = afterNano(line).subtract(after);
                added = added.add(beyond.max(line.and(UINT64)));
                after = afterNano(line);
            }
        }
        return new Added(added, after);
    }

    /** What the lines of a leaf add at least, whatever was shown before. */
    public static BigInteger leastBy(List<BigInteger> lines, long account) {
        return addedBy(lines, account, MORE_THAN_ANY).nano();
    }

    /** The earning account of a line. */
    public static long account(BigInteger credit) {
        return credit.shiftRight(ACCOUNT).and(UINT32).longValueExact();
    }

    /** What was credited to its account before, nano-USD. */
    public static BigInteger beforeNano(BigInteger credit) {
        return credit.shiftRight(BEFORE).and(UINT64);
    }

    /** The same with the line. */
    public static BigInteger afterNano(BigInteger credit) {
        return beforeNano(credit).add(credit.and(UINT64));
    }

    private static BigInteger mask(int bits) {
        return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
    }
}
