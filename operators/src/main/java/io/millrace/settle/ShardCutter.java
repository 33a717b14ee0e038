package io.millrace.settle;

import static java.util.Comparator.comparingInt;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a cut of one shard takes, and what it makes of it: plain arithmetic, the same result in
 * whatever order charges and releases arrived.
 */
public final class ShardCutter {

    /** Root and postings of a cut, and its receipts in the order of the leaves. */
    public record Cut(ShardRoot root, List<CutReceipt> receipts) {}

    private final SettleOptions options;
    private final ReceiptLeaf leaf;
    private final long maxSumNano;

    /** For the shards of one deployment. */
    public ShardCutter(SettleOptions options, ReceiptLeaf leaf) {
        this.options = options;
        this.leaf = leaf;
        // So that all shards together stay below 2^63.
        this.maxSumNano = Long.MAX_VALUE >> options.shardDepth();
    }

    /**
     * Accounts whose charges go into this cut, whole. Left out are dust (M10) and whoever does not
     * fit into the bounds of a cut; who was left out longest goes first, so each gets its turn.
     *
     * @param dustToo at the end of the stream, where there is no later cut
     */
    public Set<Integer> choose(
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
        Set<Integer> chosen = new HashSet<>();
        long receiptsLeft = options.maxReceiptsPerCut();
        long sumLeftNano = maxSumNano;
        for (PendingRequester requester : eligible) {
            boolean fits =
                    requester.receipts() <= receiptsLeft && requester.totalNano() <= sumLeftNano;
            if (fits || chosen.isEmpty()) {
                chosen.add(requester.account());
                receiptsLeft -= requester.receipts();
                sumLeftNano -= requester.totalNano();
            }
        }
        return chosen;
    }

    /** Orders charges by account and sequence, gives them their places and sums them up. */
    public Cut cut(long cut, int shard, List<Charge> charges, List<Release> releases) {
        List<Charge> ordered = new ArrayList<>(charges);
        ordered.sort(comparingInt(Charge::requesterAccount).thenComparingLong(Charge::sequence));
        List<CutReceipt> receipts = new ArrayList<>(ordered.size());
        List<SumNode> leaves = new ArrayList<>(ordered.size());
        Map<Integer, Long> debits = new TreeMap<>();
        Map<Integer, Long> credits = new TreeMap<>();
        for (int index = 0; index < ordered.size(); index++) {
            Charge charge = ordered.get(index);
            receipts.add(new CutReceipt(cut, shard, index, charge));
            leaves.add(leaf.of(charge, shard, index));
            Amounts.add(debits, charge.requesterAccount(), charge.debitNano());
            Amounts.add(credits, charge.providerAccount(), charge.creditNano());
            Amounts.add(credits, Amounts.TREASURY, charge.feeNano());
        }
        SumNode root = new MerkleSumTree(leaves).root();
        List<Release> orderedReleases = new ArrayList<>(releases);
        orderedReleases.sort(
                comparingInt(Release::requesterAccount).thenComparingInt(Release::request));
        ShardRoot shardRoot =
                new ShardRoot(
                        cut,
                        shard,
                        root.hex(),
                        root.sumNano(),
                        receipts.size(),
                        Amounts.list(debits),
                        Amounts.list(credits),
                        orderedReleases);
        return new Cut(shardRoot, receipts);
    }

    private boolean isDust(PendingRequester requester) {
        return requester.totalNano() < options.dustMinNano()
                && requester.cutsCarried() < options.dustMaxCuts();
    }
}
