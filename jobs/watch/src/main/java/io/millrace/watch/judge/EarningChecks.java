package io.millrace.watch.judge;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.rules.EarnedTotals;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.SealedLeaf;
import io.millrace.watch.judge.Surroundings.Sealed;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the words of an epoch credit each earning account with what its leaves do, and if not, by
 * which leaves the tribunal sees it. Leaves come in the order of their places. Holds a bounded
 * number of them an account, whatever the totals in them say.
 */
final class EarningChecks {

    private static final Logger LOG = LoggerFactory.getLogger(EarningChecks.class);

    /** Beside one of each shard, where totals fall back: eight calls more. */
    private static final int MORE_LEAVES = 48;

    private final long epoch;
    private final LongPredicate watched;
    private final int most;
    private final Map<Long, BestLeaves> earners = new TreeMap<>();

    /**
     * Of one epoch.
     *
     * @param most leaves that are shown of an account
     */
    EarningChecks(long epoch, LongPredicate watched, int most) {
        this.epoch = epoch;
        this.watched = watched;
        this.most = most;
    }

    /** Leaves that are shown of an account at most, where there are 2^{@code shardDepth} shards. */
    static int mostLeaves(int shardDepth) {
        return (1 << shardDepth) + MORE_LEAVES;
    }

    /** The next leaf. */
    void check(Receipt receipt) {
        SealedLeaf leaf = SealedLeaf.of(receipt);
        Place at = new Place(epoch, leaf.shard(), leaf.index());
        Map<Long, List<BigInteger>> lines = new TreeMap<>();
        for (BigInteger line : leaf.credits()) {
            lines.computeIfAbsent(EarnedTotals.account(line), account -> new ArrayList<>())
                    .add(line);
        }
        lines.forEach(
                (account, own) -> {
                    if (watched.test(account)) {
                        earners.computeIfAbsent(account, a -> new BestLeaves(a, most)).add(at, own);
                    }
                });
    }

    /**
     * All leaves have come.
     *
     * @param parts all of the epoch
     */
    List<Finding> findings(List<EpochPart> parts, Surroundings surroundings) throws IOException {
        Map<Long, BigInteger> credited = new TreeMap<>();
        parts.forEach(
                part ->
                        part.creditsByAccount()
                                .forEach(
                                        (account, nano) ->
                                                credited.merge(account, nano, BigInteger::add)));
        BigInteger sumNano = parts.get(0).header().receiptsSumNano();
        List<Finding> found = new ArrayList<>();
        for (Map.Entry<Long, BestLeaves> entry : earners.entrySet()) {
            long account = entry.getKey();
            BigInteger earned = entry.getValue().earnedNano();
            BigInteger creditedNano = credited.getOrDefault(account, BigInteger.ZERO);
            if (earned.compareTo(creditedNano) > 0) {
                List<ProvenLeaf> leaves = leaves(entry.getValue(), surroundings);
                BigInteger shown = counted(leaves, account).min(sumNano);
                if (shown.compareTo(creditedNano) > 0) {
                    found.add(new Finding.Underpaid(account, earned, shown, creditedNano, leaves));
                } else {
                    sayHidden(account, earned, creditedNano, leaves.size(), shown);
                }
            }
        }
        return found;
    }

    private static List<ProvenLeaf> leaves(BestLeaves earner, Surroundings surroundings)
            throws IOException {
        List<ProvenLeaf> leaves = new ArrayList<>();
        for (Place at : earner.shown()) {
            Optional<Sealed> sealed = surroundings.leaf(at);
            sealed.ifPresent(one -> leaves.add(one.leaf()));
        }
        return leaves;
    }

    /** By the tribunal, leaf by leaf. */
    private static BigInteger counted(List<ProvenLeaf> leaves, long account) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger after = BigInteger.ZERO;
        long shard = -1;
        for (ProvenLeaf proven : leaves) {
            SealedLeaf leaf = proven.leaf();
            EarnedTotals.Added added =
                    EarnedTotals.addedBy(
                            leaf.credits(),
                            account,
                            leaf.shard() == shard ? after : BigInteger.ZERO);
            sum = sum.add(added.nano());
            after = added.afterNano();
            shard = leaf.shard();
        }
        return sum;
    }

    private void sayHidden(
            long account, BigInteger earned, BigInteger credited, int leaves, BigInteger shown) {
        LOG.error(
                "epoch {} earner {}: earned {} nano-USD and is credited with {}, but so many totals"
                    + " fall back that the {} leaves that show most come to {}; it is not claimed."
                    + " Each leaf that falls back is a case in favour of its requester",
                epoch,
                account,
                earned,
                credited,
                leaves,
                shown);
    }
}
