package io.millrace.settle.earned;

/**
 * What the leaves before one, in its shard of its epoch, credit the accounts that it credits too.
 *
 * @param providerNano nano-USD of its provider's account
 * @param treasuryNano nano-USD of the treasury's, its own provider's line included if the treasury
 *     is the provider
 */
public record EarnedBefore(long providerNano, long treasuryNano) {

    /** Before the first leaf of a shard. */
    public static final EarnedBefore NOTHING = new EarnedBefore(0, 0);
}
