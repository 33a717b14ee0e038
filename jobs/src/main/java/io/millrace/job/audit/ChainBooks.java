package io.millrace.job.audit;

import java.math.BigInteger;
import java.util.List;

/**
 * What the chain said at one pinned block. Hashes and addresses are lower-case 0x-hex, amounts
 * nano-USD.
 *
 * @param scale nano-USD in one base unit of the token @param tokenBalance of the vault, base units
 * @param spending accounts 1, 2, … @param earning accounts 0, 1, … @param prices all versions ever
 *     announced
 * @param movements everything that moved a balance, in the order of the chain
 */
record ChainBooks(
        long chainId,
        String vault,
        long block,
        BigInteger scale,
        int shardDepth,
        BigInteger tokenBalance,
        Head head,
        List<SpendingAccount> spending,
        List<EarningAccount> earning,
        List<Price> prices,
        List<Movement> movements) {

    ChainBooks {
        spending = List.copyOf(spending);
        earning = List.copyOf(earning);
        prices = List.copyOf(prices);
        movements = List.copyOf(movements);
    }

    record Head(String hash, long epoch, long part, long parts) {}

    record SpendingAccount(
            long account, String owner, BigInteger balanceNano, BigInteger releasedNano) {}

    record EarningAccount(long account, String owner, BigInteger balanceNano) {}

    /**
     * @param effectiveSeconds unix time from which it counts
     */
    record Price(
            String model, long version, BigInteger nanoPerMillion, BigInteger effectiveSeconds) {}

    /** What moved a balance: one account's, or those of an epoch. */
    sealed interface Movement permits Posting, Settlement {}

    /**
     * @param account spending or earning, as the kind says
     */
    record Posting(Kind kind, long account, BigInteger amountNano) implements Movement {}

    enum Kind {
        DEPOSITED,
        RELEASED,
        TAKEN,
        ESCAPED,
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

    record EventFields(
            long epoch,
            long part,
            long parts,
            String receiptsRoot,
            BigInteger receiptsSumNano,
            long receiptsCount,
            BigInteger partSumNano) {}

    /** Settled parts in the order of the chain. */
    List<Settlement> settlements() {
        return movements.stream()
                .filter(Settlement.class::isInstance)
                .map(Settlement.class::cast)
                .toList();
    }
}
