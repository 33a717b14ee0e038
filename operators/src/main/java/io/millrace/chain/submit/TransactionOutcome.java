package io.millrace.chain.submit;

import java.math.BigInteger;

/**
 * What a block made of one transaction.
 *
 * @param transaction hash
 * @param succeeded status 1, not reverted
 * @param block number
 * @param blockHash of that block
 * @param gasUsed
 * @param feeWei what its sender paid for it, the L1 share included; 0 if the node does not say
 */
public record TransactionOutcome(
        String transaction,
        boolean succeeded,
        long block,
        String blockHash,
        long gasUsed,
        BigInteger feeWei) {}
