package io.millrace.admit;

import io.millrace.unit.Nano;

/**
 * What a model costs.
 *
 * @param nanoPerMillion nano-USD per million units
 * @param version of the registry's announcement
 */
public record Price(long nanoPerMillion, int version) {

    public Price {
        Nano.requireNotNegative(nanoPerMillion, "nanoPerMillion");
    }
}
