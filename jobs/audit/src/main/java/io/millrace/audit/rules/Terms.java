package io.millrace.audit.rules;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * A price that was announced for a model.
 *
 * @param nanoPerMillion nano-USD per million units
 * @param feeBasisPoints of the debit, for the treasury
 * @param fromSeconds unix time from which it counts, until the next version's
 */
public record Terms(BigInteger nanoPerMillion, long feeBasisPoints, BigInteger fromSeconds) {

    private static final BigInteger MILLIS = BigInteger.valueOf(1_000);

    public Terms {
        requireNonNull(nanoPerMillion, "nanoPerMillion is null");
        requireNonNull(fromSeconds, "fromSeconds is null");
    }

    boolean counts(Leaf leaf) {
        return fromSeconds.compareTo(leaf.admittedMillis().divide(MILLIS)) <= 0;
    }
}
