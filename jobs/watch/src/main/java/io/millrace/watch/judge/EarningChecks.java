package io.millrace.watch.judge;

import static java.util.Objects.requireNonNull;

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
import org.jspecify.annotations.Nullable;

/**
 * Whether the words of an epoch credit each earning account with what its leaves do, and if not, by
 * which leaves the tribunal sees it: the last of each shard, and where the totals do not carry on,
 * those on both sides. Leaves come in the order of their places. Holds few leaves an account.
 */
final class EarningChecks {

    private final long epoch;
    private final LongPredicate watched;
    private final Map<Long, Earner> earners = new TreeMap<>();

    EarningChecks(long epoch, LongPredicate watched) {
        this.epoch = epoch;
        this.watched = watched;
    }

    /** What the leaves so far credit to one account. */
    private static final class Earner {

        private final List<Place> shown = new ArrayList<>();
        private BigInteger earnedNano = BigInteger.ZERO;
        private BigInteger afterNano = BigInteger.ZERO;
        private @Nullable Place last;

        private void add(Place at, BigInteger beforeNano, BigInteger after) {
            Place previous = last;
            if (previous != null && previous.shard() != at.shard()) {
                show(previous);
            } else if (previous != null && beforeNano.compareTo(afterNano) < 0) {
                show(previous);
                show(at);
            }
            earnedNano = earnedNano.add(after).subtract(beforeNano);
            afterNano = after;
            last = at;
        }

        private void show(Place at) {
            if (shown.isEmpty() || !shown.get(shown.size() - 1).equals(at)) {
                shown.add(at);
            }
        }

        private List<Place> shown() {
            show(requireNonNull(last, "an earner without leaves"));
            return shown;
        }
    }

    /** The next leaf. */
    void check(Receipt receipt) {
        SealedLeaf leaf = SealedLeaf.of(receipt);
        Place at = new Place(epoch, leaf.shard(), leaf.index());
        Map<Long, BigInteger[]> totals = new TreeMap<>();
        for (BigInteger credit : leaf.credits()) {
            totals.merge(
                    EarnedTotals.account(credit),
                    new BigInteger[] {
                        EarnedTotals.beforeNano(credit), EarnedTotals.afterNano(credit)
                    },
                    (one, other) -> new BigInteger[] {one[0], other[1]});
        }
        totals.forEach(
                (account, total) -> {
                    if (watched.test(account)) {
                        earners.computeIfAbsent(account, a -> new Earner())
                                .add(at, total[0], total[1]);
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
        List<Finding> found = new ArrayList<>();
        for (Map.Entry<Long, Earner> entry : earners.entrySet()) {
            long account = entry.getKey();
            Earner earner = entry.getValue();
            BigInteger creditedNano = credited.getOrDefault(account, BigInteger.ZERO);
            if (earner.earnedNano.compareTo(creditedNano) <= 0) {
                continue;
            }
            List<ProvenLeaf> leaves = new ArrayList<>();
            for (Place at : earner.shown()) {
                Optional<Sealed> sealed = surroundings.leaf(at);
                if (sealed.isEmpty()) {
                    break;
                }
                leaves.add(sealed.get().leaf());
            }
            if (leaves.size() == earner.shown().size()) {
                found.add(new Finding.Underpaid(account, earner.earnedNano, creditedNano, leaves));
            }
        }
        return found;
    }
}
