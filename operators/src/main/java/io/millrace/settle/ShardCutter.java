package io.millrace.settle;

import static java.util.Comparator.comparingInt;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.settle.earned.EarnedTotals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a cut of one shard takes, and what it makes of it: plain arithmetic, the same result in
 * whatever order charges and releases arrived.
 */
public final class ShardCutter {

    /** Root and postings of a cut, and its receipts in the order of the leaves. */
    public record Cut(ShardRoot root, List<CutReceipt> receipts) {}

    /**
     * What a cut takes of a requester: all, or a prefix by sequence.
     *
     * @param requester
     * @param receipts most charges
     * @param mostNano most nano-USD, but for the first charge of a share that is {@code alone}
     * @param alone whether nothing else is in the cut, so that it must not come to nothing
     * @param begun whether some of it has been taken
     */
    public record Share(
            PendingRequester requester, int receipts, long mostNano, boolean alone, boolean begun) {

        /** Whether another charge goes into the cut after {@code taken} of {@code takenNano}. */
        boolean hasRoomFor(long debitNano, int taken, long takenNano) {
            return taken < receipts && (debitNano <= mostNano - takenNano || (alone && taken == 0));
        }

        /** What is left of it. */
        Share after(int taken, long takenNano) {
            return new Share(
                    requester,
                    receipts - taken,
                    mostNano - takenNano,
                    alone && taken == 0,
                    begun || taken > 0);
        }
    }

    /**
     * What a checkpoint keeps of a {@link Draft}.
     *
     * @param tree of the receipts so far
     */
    public record DraftState(
            List<MerkleSumTree.Subtree> tree,
            List<AccountAmount> debits,
            List<AccountAmount> credits) {

        /** Checks and copies. */
        public DraftState {
            tree = List.copyOf(tree);
            debits = List.copyOf(debits);
            credits = List.copyOf(credits);
        }
    }

    private final SettleOptions options;
    private final ReceiptLeaf leaf;
    private final int maxAccounts;
    private final long maxSumNano;

    /** For the shards of one deployment. */
    public ShardCutter(SettleOptions options, ReceiptLeaf leaf) {
        this.options = options;
        this.leaf = leaf;
        this.maxAccounts = options.part().maxShardAccounts();
        // So that all shards together stay below 2^63.
        this.maxSumNano = Long.MAX_VALUE >> options.shardDepth();
    }

    /**
     * What goes into this cut, by account. Left out is dust (M10), and what does not fit into the
     * bounds of a cut; who was left out longest goes first, so each gets its turn. Whoever does not
     * fit whole gives the first of its charges, and the rest to a later cut: a cut is never larger,
     * however much one requester has. Releases do not wait for it: what is released is what no
     * charge and no reservation had taken, sealed or not.
     *
     * @param dustToo at the end of the stream, where there is no later cut
     */
    public SortedMap<Integer, Share> choose(
            List<PendingRequester> pending, List<Release> releases, boolean dustToo) {
        Set<Integer> released = new HashSet<>();
        releases.forEach(release -> released.add(release.requesterAccount()));
        List<PendingRequester> eligible = new ArrayList<>();
        for (PendingRequester requester : pending) {
            if (dustToo || !isDust(requester) || released.contains(requester.account())) {
                eligible.add(requester);
            }
        }
        eligible.sort(
                comparingInt(PendingRequester::cutsCarried)
                        .reversed()
                        .thenComparingInt(PendingRequester::account));
        SortedMap<Integer, Share> chosen = new TreeMap<>();
        int receiptsLeft = options.maxReceiptsPerCut();
        long sumLeftNano = maxSumNano;
        for (PendingRequester requester : eligible) {
            int receipts = Math.min(requester.receipts(), receiptsLeft);
            boolean whole =
                    receipts == requester.receipts() && requester.totalNano() <= sumLeftNano;
            chosen.put(
                    requester.account(),
                    new Share(requester, receipts, sumLeftNano, chosen.isEmpty(), false));
            receiptsLeft -= receipts;
            if (!whole || receiptsLeft == 0 || chosen.size() == maxAccounts) {
                break;
            }
            sumLeftNano -= requester.totalNano();
        }
        return chosen;
    }

    /** A cut that is made charge by charge. */
    public Draft draft(long cut, int shard) {
        return new Draft(cut, shard, new MerkleSumTree.Root());
    }

    /** The same, after what {@code state} says. */
    Draft draft(long cut, int shard, DraftState state) {
        Draft draft = new Draft(cut, shard, new MerkleSumTree.Root(state.tree()));
        state.debits().forEach(d -> Amounts.add(draft.debits, d.account(), d.amountNano()));
        state.credits().forEach(c -> draft.earned.add(c.account(), c.amountNano()));
        return draft;
    }

    /** Orders charges by account and sequence, gives them their places and sums them up. */
    public Cut cut(long cut, int shard, List<Charge> charges, List<Release> releases) {
        List<Charge> ordered = new ArrayList<>(charges);
        ordered.sort(comparingInt(Charge::requesterAccount).thenComparingLong(Charge::sequence));
        List<CutReceipt> receipts = new ArrayList<>(ordered.size());
        Draft draft = draft(cut, shard);
        ordered.forEach(charge -> receipts.add(draft.add(charge)));
        return new Cut(draft.root(releases), receipts);
    }

    /** Holds sums by account and a node a level of the tree, none of the charges. */
    public final class Draft {

        private final long cut;
        private final int shard;
        private final MerkleSumTree.Root tree;
        private final Map<Integer, Long> debits = new TreeMap<>();
        private final EarnedTotals earned = new EarnedTotals();

        private Draft(long cut, int shard, MerkleSumTree.Root tree) {
            this.cut = cut;
            this.shard = shard;
            this.tree = tree;
        }

        /** Takes the next charge, by account and sequence, and gives it its place. */
        public CutReceipt add(Charge charge) {
            int index = tree.leaves();
            EarnedBefore before = earned.add(charge);
            tree.add(leaf.of(charge, shard, index, before));
            Amounts.add(debits, charge.requesterAccount(), charge.debitNano());
            return new CutReceipt(cut, shard, index, before, charge);
        }

        /** How many it has. */
        int receipts() {
            return tree.leaves();
        }

        DraftState state() {
            return new DraftState(
                    tree.subtrees(), Amounts.list(debits), Amounts.list(earned.byAccount()));
        }

        /** The shard's part of the epoch. */
        public ShardRoot root(List<Release> releases) {
            SumNode root = tree.node();
            List<Release> orderedReleases = new ArrayList<>(releases);
            orderedReleases.sort(
                    comparingInt(Release::requesterAccount)
                            .thenComparingInt(Release::request)
                            .thenComparingLong(Release::amountNano));
            return new ShardRoot(
                    cut,
                    shard,
                    root.hex(),
                    root.sumNano(),
                    tree.leaves(),
                    Amounts.list(debits),
                    Amounts.list(earned.byAccount()),
                    orderedReleases);
        }
    }

    private boolean isDust(PendingRequester requester) {
        return requester.totalNano() < options.dustMinNano()
                && requester.cutsCarried() < options.dustMaxCuts();
    }
}
