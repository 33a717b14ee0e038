package io.millrace.audit;

import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.HeaderLinks.Link;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.WithdrawalHistory.Carried;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where an audit that found nothing wrong has ended, but for the rows that are still open. The next
 * one goes on from here. Its size depends on the number of accounts, not on the age of the ledger.
 *
 * @param block up to which the chain was read, 0 before the first
 * @param head of the vault then
 * @param chainLink last header of the vault
 * @param logLink last header of the last closed epoch in the epoch log
 * @param closedEpoch last epoch that was wholly on chain; all up to it are closed
 * @param spending and released, earning: what each account's history gives, nano-USD
 * @param escaped spending accounts that have left by the hatch
 * @param debited by epochs from each spending account
 * @param withdrawals each account's newest, and all that are not in a closed epoch
 * @param sequences each requester's last charge
 * @param closedDebits what requests of closed epochs were charged, by requester address
 * @param positions next offset of each partition, {@code topic-partition}
 * @param appended newest append time of each partition of the request topic
 * @param floorMillis ids of charges whose deadline is not before it are carried; nothing appended
 *     before it can be charged any more
 */
record AnchorState(
        long chainId,
        String vault,
        String registry,
        long block,
        String blockHash,
        Head head,
        Link chainLink,
        Link logLink,
        long closedEpoch,
        Map<Long, BigInteger> spending,
        Map<Long, BigInteger> released,
        Map<Long, BigInteger> earning,
        Set<Long> escaped,
        Map<Long, BigInteger> debited,
        List<Carried> withdrawals,
        List<Price> prices,
        Map<String, Long> sequences,
        Map<String, BigInteger> closedDebits,
        Map<String, Long> positions,
        Map<Integer, Long> appended,
        long floorMillis,
        Map<Total, BigInteger> totals) {

    /** The beginning of a ledger whose contracts stand since {@code fromBlock}. */
    static AnchorState beginning(long fromBlock) {
        return new AnchorState(
                0,
                "",
                "",
                fromBlock - 1,
                "",
                HeaderLinks.BEGINNING.head(),
                HeaderLinks.BEGINNING,
                HeaderLinks.BEGINNING,
                0,
                Map.of(),
                Map.of(),
                Map.of(),
                Set.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                0,
                Map.of());
    }

    /** Whether a row at {@code offset} came before this. */
    boolean covers(KafkaBooks.Position at) {
        return at.offset() < positions.getOrDefault(KafkaBooks.REQUESTS + "-" + at.partition(), 0L);
    }
}
