package io.millrace.chain.submit;

/**
 * What a block made of one transaction.
 *
 * @param transaction hash
 * @param succeeded status 1, not reverted
 * @param block number
 * @param blockHash of that block
 * @param gasUsed
 */
public record TransactionOutcome(
        String transaction, boolean succeeded, long block, String blockHash, long gasUsed) {}
