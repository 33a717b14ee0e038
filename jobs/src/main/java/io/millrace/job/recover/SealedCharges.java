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
    private static final int MAX_GUESSES = 4_096;

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
     */
    Optional<List<Charge>> find(ShardCut cut, List<Charge> pool, Map<Integer, Long> debits) {
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
        return new Guessing(cut, options).from(0, new ArrayList<>());
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

    /** Tries one choice for each account after the other. */
    private final class Guessing {

        private final ShardCut cut;
        private final List<List<List<Charge>>> options;
        private final int[] mostFrom;
        private final int[] leastFrom;
        private int guesses;

        Guessing(ShardCut cut, List<List<List<Charge>>> options) {
            this.cut = cut;
            this.options = options;
            this.mostFrom = new int[options.size() + 1];
            this.leastFrom = new int[options.size() + 1];
            for (int account = options.size() - 1; account >= 0; account--) {
                List<List<Charge>> choices = options.get(account);
                if (!choices.isEmpty()) {
                    mostFrom[account] = mostFrom[account + 1] + choices.get(0).size();
                    leastFrom[account] =
                            leastFrom[account + 1] + choices.get(choices.size() - 1).size();
                }
            }
        }

        Optional<List<Charge>> from(int account, List<Charge> chosen) {
            int left = cut.receipts() - chosen.size();
            if (left < leastFrom[account] || left > mostFrom[account]) {
                return Optional.empty();
            }
            if (account == options.size()) {
                guesses++;
                return areOf(cut, chosen) ? Optional.of(List.copyOf(chosen)) : Optional.empty();
            }
            for (List<Charge> choice : options.get(account)) {
                int before = chosen.size();
                chosen.addAll(choice);
                Optional<List<Charge>> found = from(account + 1, chosen);
                if (found.isPresent() || guesses >= MAX_GUESSES) {
                    return found;
                }
                chosen.subList(before, chosen.size()).clear();
            }
            return Optional.empty();
        }
    }
}
