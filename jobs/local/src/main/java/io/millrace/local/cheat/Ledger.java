package io.millrace.local.cheat;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.meter.Charge;
import io.millrace.settle.AccountAmount;
import io.millrace.settle.CutReceipt;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PartLimits;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutter;
import io.millrace.settle.ShardRoot;
import io.millrace.unit.Eip712Domain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a stopped job has left its books, and drafts sealed onto them as the job would: by the
 * engine's own classes, with numbers, sequences and headers that go on without a gap.
 */
final class Ledger {

    /** Bytes of calldata that have room for the debits of two slots and the credits of one. */
    private static final PartLimits TWO_SLOTS = new PartLimits(PartLimits.DEFAULT.maxGas(), 1_310);

    private final Eip712Domain domain;
    private final int shardDepth;
    private final Map<Integer, Long> sequences;
    private EpochSealer.Head head;
    private List<CutPosition> positions;
    private long cut;

    /**
     * Goes on from there.
     *
     * @param positions of the last epoch
     * @param sequences last of each spending account
     */
    Ledger(
            Eip712Domain domain,
            int shardDepth,
            EpochSealer.Head head,
            List<CutPosition> positions,
            Map<Integer, Long> sequences) {
        this.domain = domain;
        this.shardDepth = shardDepth;
        this.sequences = new HashMap<>(sequences);
        this.head = head;
        this.positions = List.copyOf(positions);
        this.cut = positions.stream().mapToLong(CutPosition::cut).max().orElse(0);
    }

    /**
     * Seals {@code draft}, by half if it is to be posted so.
     *
     * @param block newest of the chain
     */
    FalseEpoch seal(Draft draft, long block) {
        ShardCutter cutter = new ShardCutter(options(PartLimits.DEFAULT), new ReceiptLeaf(domain));
        Map<Integer, List<Charge>> shards = new TreeMap<>();
        for (Sale sale : draft.sales()) {
            int account = sale.charge().requesterAccount();
            Charge charge = sale.numbered(sequences.merge(account, 1L, Long::sum));
            shards.computeIfAbsent(
                            SettleOptions.shardOf(account, shardDepth), s -> new ArrayList<>())
                    .add(charge);
        }
        List<ShardRoot> roots = new ArrayList<>();
        List<CutReceipt> receipts = new ArrayList<>();
        shards.forEach(
                (shard, charges) -> {
                    ShardCutter.Cut made = cutter.cut(cut + 1, shard, charges, List.of());
                    roots.add(made.root());
                    receipts.addAll(made.receipts());
                });
        PartLimits limits = draft.isHalf() ? TWO_SLOTS : PartLimits.DEFAULT;
        List<SealedPart> parts = seal(moved(roots, draft), limits, block);
        List<Receipt> sealed =
                receipts.stream()
                        .map(receipt -> receipt.numbered(parts.get(0).header().epoch()))
                        .toList();
        return new FalseEpoch(
                draft.isHalf() ? parts.subList(0, 1) : parts,
                sealed,
                sealed.stream()
                        .filter(receipt -> !draft.isWithheld(receipt.charge().requestId()))
                        .toList(),
                draft.sales().stream().map(Sale::evidence).toList());
    }

    /** Seals an epoch of nothing. */
    FalseEpoch sealNothing(long block) {
        return new FalseEpoch(
                seal(List.of(), PartLimits.DEFAULT, block), List.of(), List.of(), List.of());
    }

    /** The next epoch follows {@code part}. */
    void follow(SealedPart part) {
        head = new EpochSealer.Head(part.header().epoch(), part.hash(), 0);
        positions = part.positions();
    }

    private List<SealedPart> seal(List<ShardRoot> roots, PartLimits limits, long block) {
        EpochSealer sealer = new EpochSealer(options(limits), domain);
        positions.forEach(sealer::add);
        sealer.restore(head, cut);
        cut++;
        sealer.add(new CutPosition(cut, CutPosition.VAULT, block + 1));
        roots.forEach(sealer::add);
        return sealer.seal(cut).get(0).parts();
    }

    /** A cut at each checkpoint, and at each cut an epoch. */
    private SettleOptions options(PartLimits limits) {
        return new SettleOptions(shardDepth, 1, 0, 0, Integer.MAX_VALUE, 1, limits);
    }

    /**
     * The postings of all shards, moved as the draft says; which shard has them is all the same.
     */
    private static List<ShardRoot> moved(List<ShardRoot> roots, Draft draft) {
        Map<Integer, Long> debits = new TreeMap<>(draft.debitsMoved());
        Map<Integer, Long> credits = new TreeMap<>(draft.creditsMoved());
        for (ShardRoot root : roots) {
            root.debits().forEach(d -> debits.merge(d.account(), d.amountNano(), Math::addExact));
            root.credits().forEach(c -> credits.merge(c.account(), c.amountNano(), Math::addExact));
        }
        List<ShardRoot> moved = new ArrayList<>();
        for (ShardRoot root : roots) {
            boolean first = moved.isEmpty();
            moved.add(
                    new ShardRoot(
                            root.cut(),
                            root.shard(),
                            root.root(),
                            root.sumNano(),
                            root.receipts(),
                            first ? amounts(debits) : List.of(),
                            first ? amounts(credits) : List.of(),
                            List.of()));
        }
        return moved;
    }

    private static List<AccountAmount> amounts(Map<Integer, Long> byAccount) {
        return byAccount.entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(entry -> new AccountAmount(entry.getKey(), entry.getValue()))
                .toList();
    }
}
