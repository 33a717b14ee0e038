package io.millrace.chain.submit;

import java.io.Serializable;
import java.util.Optional;

/** What to offer for gas. Called by the submitter's thread only. */
public interface FeePolicy extends Serializable {

    /** What the market asks, within the policy's limit. */
    Fees initial(long baseFeeWei, long tipWei);

    /**
     * Fees of a replacement for {@code old}, or empty if it would cost more than the policy allows:
     * then the old one is published again instead.
     */
    Optional<Fees> bump(Fees old, long baseFeeWei, long tipWei);

    /** Most that is ever offered for a unit of gas, wei. */
    long maxFeePerGasWei();
}
