package io.millrace.audit;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the lines of the books count, since the beginning of the ledger. Two sums of each: all that
 * was seen, and that part of it which an anchor need not carry, so that the next audit, which sees
 * the carried rows again, counts them once.
 */
final class Totals {

    /** One number of the books; amounts are nano-USD. */
    enum Total {
        REQUESTS,
        REJECTIONS,
        CHARGES,
        RESULTS,
        RECEIPTS,
        PARTS,
        DEBITS_NANO,
        CREDITS_NANO,
        FEES_NANO,
        SETTLEMENTS,
        WITHDRAWALS,
        ESCAPED,
        CANCELLED,
        EPOCHS,
        LOGGED,
        PAID_NANO,
        RELEASES,
        SHORTENED,
        ANSWERED,
        UNCHARGED,
        DEFENDED,
        UNDEFENDED
    }

    private final Map<Total, BigInteger> seen = new EnumMap<>(Total.class);
    private final Map<Total, BigInteger> closed = new EnumMap<>(Total.class);

    Totals(Map<Total, BigInteger> before) {
        seen.putAll(before);
        closed.putAll(before);
    }

    /** Counts one that is never carried. */
    void count(Total total) {
        add(total, BigInteger.ONE, true);
    }

    /**
     * @param isClosed whether no anchor carries what is counted
     */
    void add(Total total, BigInteger amount, boolean isClosed) {
        seen.merge(total, amount, BigInteger::add);
        if (isClosed) {
            closed.merge(total, amount, BigInteger::add);
        }
    }

    BigInteger of(Total total) {
        return seen.getOrDefault(total, BigInteger.ZERO);
    }

    /** For the next anchor. */
    Map<Total, BigInteger> closed() {
        return Map.copyOf(closed);
    }
}
