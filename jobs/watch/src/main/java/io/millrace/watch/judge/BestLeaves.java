package io.millrace.watch.judge;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.rules.EarnedTotals;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the leaves of an epoch credit to one earning account, and those few of them by which the
 * tribunal sees most of it. Where totals carry on that is the last leaf of each shard. Where a
 * settler lets them fall back, however often, no other choice of so many leaves shows more.
 *
 * <p>The tribunal adds for a leaf what its total is beyond that of the leaf shown before, and at
 * least its own lines. So of all choices of k leaves two alone can become the best of k + 1: the
 * one that shows most, and the one that shows most beyond the total it ends with. Held are these
 * two of each k, for one shard; and the best of each k for those before.
 */
final class BestLeaves {

    private final long account;
    private final int most;

    /** Of the shards before, by the number of leaves. */
    private List<Choice> before = List.of(Choice.NONE);

    /** Of this shard, by the number of leaves; more of them than there are show no more. */
    private final List<Choice> best = new ArrayList<>();

    private final List<Choice> open = new ArrayList<>();
    private long shard = -1;
    private BigInteger earnedNano = BigInteger.ZERO;

    /**
     * Of one account.
     *
     * @param most leaves that may be shown
     */
    BestLeaves(long account, int most) {
        this.account = account;
        this.most = most;
        begin();
    }

    /**
     * Leaves that are shown, in the order of their places.
     *
     * @param nano what they come to
     * @param afterNano total that the last one ends with, zero if there is none
     * @param before all but the last one
     */
    private record Choice(
            BigInteger nano, BigInteger afterNano, @Nullable Choice before, @Nullable Place last) {

        private static final Choice NONE = new Choice(BigInteger.ZERO, BigInteger.ZERO, null, null);

        private Choice and(Shown leaf) {
            BigInteger added = leaf.leastNano.max(leaf.mostNano.subtract(afterNano));
            return new Choice(nano.add(added), leaf.afterNano, this, leaf.at);
        }

        /** Those of a later shard, too. */
        private Choice and(Choice later) {
            Choice all = this;
            for (Place at : later.places()) {
                all = new Choice(nano.add(later.nano), BigInteger.ZERO, all, at);
            }
            return all;
        }

        private BigInteger beyondNano() {
            return nano.subtract(afterNano);
        }

        private List<Place> places() {
            Deque<Place> places = new ArrayDeque<>();
            for (Choice one = this; one.before != null; one = one.before) {
                places.addFirst(requireNonNull(one.last, "a leaf without a place"));
            }
            return List.copyOf(places);
        }
    }

    /**
     * What one leaf adds.
     *
     * @param mostNano behind no other leaf of its shard
     * @param afterNano total that it ends with
     */
    private record Shown(
            Place at, BigInteger leastNano, BigInteger mostNano, BigInteger afterNano) {}

    /** The next leaf, in the order of their places, with its lines of this account. */
    void add(Place at, List<BigInteger> lines) {
        BigInteger least = EarnedTotals.leastBy(lines, account);
        if (least.signum() == 0) {
            return; // lines of nothing
        }
        if (shard != at.shard()) {
            end();
            shard = at.shard();
        }
        earnedNano = earnedNano.add(least);
        EarnedTotals.Added alone = EarnedTotals.addedBy(lines, account, BigInteger.ZERO);
        Shown leaf = new Shown(at, least, alone.nano(), alone.afterNano());
        if (best.size() <= most) {
            best.add(last(best));
            open.add(last(open));
        }
        for (int leaves = best.size() - 1; leaves > 0; leaves--) {
            take(leaves, best.get(leaves - 1).and(leaf));
            take(leaves, open.get(leaves - 1).and(leaf));
        }
        while (isNoBetter(best.size() - 1)) {
            best.remove(best.size() - 1);
            open.remove(open.size() - 1);
        }
    }

    private void take(int leaves, Choice choice) {
        if (choice.nano.compareTo(best.get(leaves).nano) > 0) {
            best.set(leaves, choice);
        }
        if (choice.beyondNano().compareTo(open.get(leaves).beyondNano()) > 0) {
            open.set(leaves, choice);
        }
    }

    /** Than a leaf less. */
    private boolean isNoBetter(int leaves) {
        return leaves > 0
                && best.get(leaves).nano.equals(best.get(leaves - 1).nano)
                && open.get(leaves).beyondNano().equals(open.get(leaves - 1).beyondNano());
    }

    /** What all leaves credit. */
    BigInteger earnedNano() {
        return earnedNano;
    }

    /** Those that show most of it, in the order of their places. */
    List<Place> shown() {
        end();
        return last(before).places();
    }

    private void end() {
        List<Choice> all = new ArrayList<>();
        int size = Math.min(most + 1, before.size() + best.size() - 1);
        for (int leaves = 0; leaves < size; leaves++) {
            all.add(divided(leaves));
        }
        before = all;
        begin();
    }

    /** So many leaves of this shard and of those before. */
    private Choice divided(int leaves) {
        int here = 0;
        BigInteger nano = BigInteger.ZERO;
        for (int some = 0; some <= Math.min(leaves, best.size() - 1); some++) {
            BigInteger both = upTo(leaves - some).nano.add(best.get(some).nano);
            if (both.compareTo(nano) > 0) {
                here = some;
                nano = both;
            }
        }
        return upTo(leaves - here).and(best.get(here));
    }

    private Choice upTo(int leaves) {
        return before.get(Math.min(leaves, before.size() - 1));
    }

    private void begin() {
        best.clear();
        open.clear();
        best.add(Choice.NONE);
        open.add(Choice.NONE);
    }

    private static Choice last(List<Choice> choices) {
        return choices.get(choices.size() - 1);
    }
}
