package io.millrace.admit;

import io.millrace.unit.Nano;

/**
 * What a model costs, and how it is split: the terms of one announcement of the registry.
 *
 * @param nanoPerMillion nano-USD per million units
 * @param version of the announcement, from 1
 * @param feeBasisPoints of what is paid, for the treasury: 0..10000
 */
public record Price(long nanoPerMillion, int version, int feeBasisPoints) {

    public Price {
        Nano.requireNotNegative(nanoPerMillion, "nanoPerMillion");
        if (feeBasisPoints < 0 || feeBasisPoints > Nano.BASIS_POINTS) {
            throw new IllegalArgumentException(
                    "price version %d carries a fee of %d basis points, give 0..%d"
                            .formatted(version, feeBasisPoints, Nano.BASIS_POINTS));
        }
    }
}
