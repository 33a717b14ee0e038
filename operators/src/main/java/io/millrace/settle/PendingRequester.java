package io.millrace.settle;

/**
 * What a requester has unsealed in its shard.
 *
 * @param account spending account
 * @param totalNano of its charges, nano-USD
 * @param receipts number of charges, those of zero included
 * @param cutsCarried cuts that left it out so far
 */
public record PendingRequester(int account, long totalNano, int receipts, int cutsCarried) {}
