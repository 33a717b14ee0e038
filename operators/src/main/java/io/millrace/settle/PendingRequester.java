package io.millrace.settle;

/**
 * What a requester has unsealed in its shard.
 *
 * @param account spending account
 * @param totalNano of its charges, nano-USD
 * @param receipts number of charges, those of zero included
 * @param cutsCarried cuts that left it out so far
 * @param firstSequence lowest sequence number of them; 0 if it is not known, in states from before
 *     it was kept
 */
public record PendingRequester(
        int account, long totalNano, int receipts, int cutsCarried, long firstSequence) {

    /** Of charges whose first is not known. */
    public PendingRequester(int account, long totalNano, int receipts, int cutsCarried) {
        this(account, totalNano, receipts, cutsCarried, 0);
    }
}
