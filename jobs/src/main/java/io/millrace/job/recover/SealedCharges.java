package io.millrace.job.recover;

import io.millrace.chain.SealedPart.ShardCut;
import io.millrace.meter.Charge;
import io.millrace.settle.MerkleSumTree;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SumNode;
import io.millrace.settle.earned.EarnedTotals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds which charges a shard's cut has sealed, of all that it may have: the words of its epoch say
 * what each account was debited, and the root of the shard whether a guess is right. Where it came
 * from does not matter then, since no other charges have that root.
 *
 * <p>A cut takes an account's charges in the order of their sequence. What the debit leaves open is
 * only how many charges of nothing it has taken.
 */
final class SealedCharges {

    /** Guesses are few, unless many accounts have nothing but charges of nothing. */
    static final int MAX_GUESSES = 4_096;

    /** As many as are tried before anything is read for it: each hashes all leaves of a shard. */
    static final int FEW_GUESSES = 16;

    private static final Comparator<Charge> IN_LEAF_ORDER =
            Comparator.comparingInt(Charge::requesterAccount).thenComparingLong(Charge::sequence);

    private final ReceiptLeaf leaf;

    SealedCharges(ReceiptLeaf leaf) {
        this.leaf = leaf;
    }

    /** Whether these, and no others, are what {@code cut} has sealed. */
    boolean areOf(ShardCut cut, List<Charge> charges) {
        if (charges.size() != cut.receipts()) {
            return false;
        }
        List<Charge> ordered = inLeafOrder(charges);
        List<SumNode> leaves = new ArrayList<>(ordered.size());
        EarnedTotals earned = new EarnedTotals();
        for (int index = 0; index < ordered.size(); index++) {
            Charge charge = ordered.get(index);
            leaves.add(leaf.of(charge, cut.shard(), index, earned.add(charge)));
        }
        return new MerkleSumTree(leaves).root().equals(SumNode.of(cut.root(), cut.sumNano()));
    }

    /** In the order in which a cut numbers them. */
    static List<Charge> inLeafOrder(List<Charge> charges) {
        List<Charge> ordered = new ArrayList<>(charges);
        ordered.sort(IN_LEAF_ORDER);
        return ordered;
    }

    /**
     * Those of {@code pool} that {@code cut} has sealed, in the order of the leaves; empty if none
     * are.
     *
     * @param pool charges of the shard that no other cut is known to have sealed
     * @param debits of the epoch, by account
     * @param guesses how many to try at most
     */
    Optional<List<Charge>> find(
            ShardCut cut, List<Charge> pool, Map<Integer, Long> debits, int guesses) {
        Map<Integer, List<Charge>> byAccount = new TreeMap<>();
        for (Charge charge : inLeafOrder(pool)) {
            byAccount
                    .computeIfAbsent(charge.requesterAccount(), account -> new ArrayList<>())
                    .add(charge);
        }
        List<List<List<Charge>>> options = new ArrayList<>();
        byAccount.forEach(
                (account, charges) ->
                        options.add(prefixes(charges, debits.getOrDefault(account, 0L))));
        return new Guessing(cut, options).find(guesses);
    }

    /** The first charges that add up to {@code debitNano}, the longest choice first. */
    private static List<List<Charge>> prefixes(List<Charge> charges, long debitNano) {
        List<List<Charge>> prefixes = new ArrayList<>();
        long leftNano = debitNano;
        for (int length = 0; leftNano >= 0; length++) {
            if (leftNano == 0) {
                prefixes.add(0, charges.subList(0, length));
            }
            if (length == charges.size()) {
                break;
            }
            leftNano -= charges.get(length).debitNano();
        }
        return prefixes;
    }

    /**
     * Tries one choice for each account after the other, and where they do not fit, goes back to
     * the last account that has another. A loop: a shard may have more accounts than a thread's
     * stack has frames.
     */
    private final class Guessing {

        private final ShardCut cut;
        private final List<List<List<Charge>>> options;
        private final int[] mostFrom;
        private final int[] leastFrom;
        private final int[] nextChoice;
        private final int[] chosenBefore;
        private final List<Charge> chosen = new ArrayList<>();

        Guessing(ShardCut cut, List<List<List<Charge>>> options) {
            this.cut = cut;
            this.options = options;
            this.mostFrom = new int[options.size() + 1];
            this.leastFrom = new int[options.size() + 1];
            this.nextChoice = new int[options.size() + 1];
            this.chosenBefore = new int[options.size() + 1];
            for (int account = options.size() - 1; account >= 0; account--) {
                List<List<Charge>> choices = options.get(account);
                if (!choices.isEmpty()) {
                    mostFrom[account] = mostFrom[account + 1] + choices.get(0).size();
                    leastFrom[account] =
                            leastFrom[account + 1] + choices.get(choices.size() - 1).size();
                }
            }
        }

        Optional<List<Charge>> find(int guesses) {
            int account = hasRoomFor(0) && options.stream().noneMatch(List::isEmpty) ? 0 : -1;
            int left = guesses;
            while (account >= 0) {
                if (account == options.size()) {
                    if (areOf(cut, chosen)) {
                        return Optional.of(List.copyOf(chosen));
                    }
                    left--;
                    account = left > 0 ? account - 1 : -1;
                } else if (nextChoice[account] < options.get(account).size()) {
                    account = choose(account);
                } else {
                    account--;
                }
            }
            return Optional.empty();
        }

        /** Returns the account whose choice is next. */
        private int choose(int account) {
            chosen.subList(chosenBefore[account], chosen.size()).clear();
            chosen.addAll(options.get(account).get(nextChoice[account]));
            nextChoice[account]++;
            if (!hasRoomFor(account + 1)) {
                return account;
            }
            nextChoice[account + 1] = 0;
            chosenBefore[account + 1] = chosen.size();
            return account + 1;
        }

        /** Whether the accounts from this one on can have as many receipts as are left. */
        private boolean hasRoomFor(int account) {
            int left = cut.receipts() - chosen.size();
            return left >= leastFrom[account] && left <= mostFrom[account];
        }
    }
}
