package io.millrace.unit;

import java.math.BigInteger;

/**
 * Arithmetic on nano-USD (10^-9 of the settlement token), the only money unit inside. Amounts are
 * {@code long}, never negative, and every operation is exact or throws.
 */
public final class Nano {

    /** Prices are quoted per this many units. */
    public static final long UNITS_PER_PRICE = 1_000_000L;

    /** One whole settlement token. */
    public static final long PER_TOKEN = 1_000_000_000L;

    /** Denominator of a rate in basis points. */
    public static final int BASIS_POINTS = 10_000;

    private Nano() {}

    /**
     * Price of {@code units}, rounded up once to one nano-USD (M3): ceil(units x price / 10^6).
     *
     * @throws IllegalArgumentException if either is negative
     * @throws ArithmeticException if the fee does not fit 63 bits
     */
    public static long feeRoundedUp(long units, long priceNanoPerMillion) {
        requireNotNegative(units, "units");
        requireNotNegative(priceNanoPerMillion, "priceNanoPerMillion");
        long high = Math.multiplyHigh(units, priceNanoPerMillion);
        long low = units * priceNanoPerMillion;
        if (high == 0 && low >= 0) {
            return low / UNITS_PER_PRICE + (low % UNITS_PER_PRICE == 0 ? 0 : 1);
        }
        return BigInteger.valueOf(units)
                .multiply(BigInteger.valueOf(priceNanoPerMillion))
                .add(BigInteger.valueOf(UNITS_PER_PRICE - 1))
                .divide(BigInteger.valueOf(UNITS_PER_PRICE))
                .longValueExact();
    }

    /**
     * Share of {@code amountNano} at {@code basisPoints}, rounded down; the remainder stays with
     * the provider (M3).
     */
    public static long shareRoundedDown(long amountNano, int basisPoints) {
        requireNotNegative(amountNano, "amountNano");
        if (basisPoints < 0 || basisPoints > BASIS_POINTS) {
            throw new IllegalArgumentException(
                    "rate of " + basisPoints + " basis points is not in 0.." + BASIS_POINTS);
        }
        // Split first, so that the product cannot overflow.
        return amountNano / BASIS_POINTS * basisPoints
                + amountNano % BASIS_POINTS * basisPoints / BASIS_POINTS;
    }

    /**
     * The sum of two amounts.
     *
     * @throws ArithmeticException if it does not fit 63 bits
     */
    public static long add(long a, long b) {
        return requireNotNegative(Math.addExact(a, b), "sum");
    }

    /**
     * What is left of {@code a} after {@code b}; debt is impossible (M2).
     *
     * @throws IllegalArgumentException if {@code b} is greater
     */
    public static long subtract(long a, long b) {
        return requireNotNegative(Math.subtractExact(a, b), "difference of " + a + " and " + b);
    }

    /**
     * The amount itself, if it is not negative; else IllegalArgumentException naming {@code what}.
     */
    public static long requireNotNegative(long amount, String what) {
        if (amount < 0) {
            throw new IllegalArgumentException(what + " is negative: " + amount);
        }
        return amount;
    }
}
