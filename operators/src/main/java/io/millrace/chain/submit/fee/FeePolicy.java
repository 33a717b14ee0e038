package io.millrace.chain.submit.fee;

import java.io.Serializable;
import java.util.Optional;

/** What to offer for gas. Called by the submitter's thread only. */
public interface FeePolicy extends Serializable {

    /** What the market asks, within the policy's limits. */
    Fees initial(long baseFeeWei, Tips tips);

    /** Whether the node asks for more than the policy ever offers. */
    boolean isOverLimit(long baseFeeWei, Tips tips);

    /**
     * Fees of a replacement for {@code old}, or empty if it would cost more than the policy allows:
     * then the old one is published again instead.
     */
    Optional<Fees> bump(Fees old, long baseFeeWei, Tips tips);

    /**
     * Fees of a replacement for {@code old} which asks for more gas, since no market would ever
     * take the old one: only the absolute limits hold. Empty if they are reached.
     */
    Optional<Fees> raise(Fees old);

    /** Most that is ever offered for a unit of gas, wei. */
    long maxFeePerGasWei();
}
