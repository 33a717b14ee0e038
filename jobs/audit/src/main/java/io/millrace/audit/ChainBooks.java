package io.millrace.audit;

import java.math.BigInteger;
import java.util.List;

/**
 * What the chain said at one pinned block, but for its movements, of which there may be more than
 * memory holds. Hashes and addresses are lower-case 0x-hex, amounts nano-USD.
 *
 * @param blockHash of the block
 * @param seconds unix time of the block
 * @param escapeAfterSeconds how long after the last epoch the hatch opens
 * @param answerableSeconds for which a charge may have to be answered for after its settlement, at
 *     the longest; 0 if no contract judges it
 * @param scale nano-USD in one base unit of the token
 * @param tokenBalance of the vault, base units
 * @param spending accounts 1, 2, …
 * @param earning accounts 0, 1, …
 * @param prices all versions ever announced
 */
record ChainBooks(
        long chainId,
        String vault,
        String registry,
        long block,
        String blockHash,
        long seconds,
        long escapeAfterSeconds,
        long answerableSeconds,
        BigInteger scale,
        int shardDepth,
        BigInteger tokenBalance,
        Head head,
        List<SpendingAccount> spending,
        List<EarningAccount> earning,
        List<Price> prices) {

    ChainBooks {
        spending = List.copyOf(spending);
        earning = List.copyOf(earning);
        prices = List.copyOf(prices);
    }

    record Head(String hash, long epoch, long part, long parts) {}

    /**
     * @param lastRequest number of its newest withdrawal request, 0 if none
     * @param openRequestNano what that one asks for, zero if it is closed
     */
    record SpendingAccount(
            long account,
            String owner,
            BigInteger balanceNano,
            BigInteger releasedNano,
            long lastRequest,
            BigInteger openRequestNano) {}

    record EarningAccount(long account, String owner, BigInteger balanceNano) {}

    /**
     * @param feeBasisPoints of what is paid, for the treasury
     * @param effectiveSeconds unix time from which it counts
     */
    record Price(
            String model,
            long version,
            BigInteger nanoPerMillion,
            long feeBasisPoints,
            BigInteger effectiveSeconds) {}

    /** What moved a balance, one account's or those of an epoch; or what is to. */
    sealed interface Movement permits Posting, Settlement, Voided, Asked, Cancelled {}

    /**
     * @param account spending or earning, as the kind says
     * @param request number of the withdrawal request that this answers or closes, 0 if none
     */
    record Posting(Kind kind, long account, long request, BigInteger amountNano)
            implements Movement {}

    /**
     * A withdrawal requested by the owner of spending account {@code account}; it moves nothing
     * yet.
     *
     * @param request from 1, contiguous for each account
     * @param seconds unix time of the block
     */
    record Asked(long account, long request, BigInteger amountNano, long block, long seconds)
            implements Movement {}

    /**
     * A request that its owner has taken back.
     *
     * @param amountNano what was still open of it
     */
    record Cancelled(long account, long request, BigInteger amountNano, long block)
            implements Movement {}

    /** What moved; a payout of the hatch is a posting of its own. */
    enum Kind {
        DEPOSITED,
        RELEASED,
        /** Moved nothing: its request was cancelled or closed by the hatch. */
        RELEASE_SKIPPED,
        TAKEN,
        /** By the hatch from the spending balance to what is released. */
        ESCAPED,
        /** Out of a settler's bond to what is released, for a false debit. */
        COMPENSATED,
        /** Out of a settler's bond to the earning balance, for what was not credited. */
        EARNER_COMPENSATED,
        EARNINGS_WITHDRAWN
    }

    /**
     * One EpochSettled event and the calldata of its transaction.
     *
     * @param hash of the header, as the event names it
     * @param event the header's fields that the event repeats
     */
    record Settlement(String transaction, String hash, EventFields event, EpochPart part)
            implements Movement {}

    /**
     * A settler has ended an epoch before its last part.
     *
     * @param part the last that it has
     * @param parts that it was to have
     * @param settledNano what those that it has add up to
     */
    record Voided(long epoch, long part, long parts, BigInteger settledNano) implements Movement {}

    record EventFields(
            long epoch,
            long part,
            long parts,
            String receiptsRoot,
            BigInteger receiptsSumNano,
            long receiptsCount,
            BigInteger partSumNano) {}
}
