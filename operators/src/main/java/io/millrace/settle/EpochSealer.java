package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.BrokenBooksException;
import io.millrace.admit.Release;
import io.millrace.chain.CutDigest;
import io.millrace.chain.CutPosition;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWordsHash;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Joins what the shards cut into epochs, numbers them without gaps and chains their headers (M4,
 * M5). Plain state machine: after a barrier its whole state is {@link Head} and the positions.
 */
public final class EpochSealer {

    /**
     * Where the header chain stands.
     *
     * @param epoch last sealed, 0 before the first
     * @param header hash of its last part
     * @param quietCuts cuts since then
     */
    public record Head(long epoch, String header, int quietCuts) {

        /** Before the first epoch. */
        public static final Head GENESIS = new Head(0, Hex.ZERO_32, 0);

        public Head {
            requireNonNull(header, "header is null");
        }
    }

    /** One epoch in its parts, and which shard cuts are in it. */
    public record Sealed(List<SealedPart> parts, List<EpochAssignment> assignments) {}

    /** What every part of an epoch says of its receipts. */
    private record ReceiptsTree(SumNode root, long receipts, int levels) {}

    /** What shards post together. */
    private record Postings(
            List<AccountAmount> debits, List<AccountAmount> credits, List<Release> releases) {

        static Postings of(List<ShardRoot> roots) {
            Map<Integer, Long> debits = new TreeMap<>();
            Map<Integer, Long> credits = new TreeMap<>();
            List<Release> releases = new ArrayList<>();
            for (ShardRoot root : roots) {
                root.debits().forEach(d -> Amounts.add(debits, d.account(), d.amountNano()));
                root.credits().forEach(c -> Amounts.add(credits, c.account(), c.amountNano()));
                releases.addAll(root.releases());
            }
            return new Postings(Amounts.list(debits), Amounts.list(credits), releases);
        }
    }

    private final SettleOptions options;
    private final EpochHeaderHash headerHash;
    private final EpochPacker packer;
    private final TreeMap<Long, TreeMap<Integer, ShardRoot>> pending = new TreeMap<>();
    private final CutPositions positions = new CutPositions();
    private Head head = Head.GENESIS;

    /** For the vault that {@code domain} names. */
    public EpochSealer(SettleOptions options, Eip712Domain domain) {
        this.options = options;
        this.headerHash = new EpochHeaderHash(domain);
        this.packer = new EpochPacker(options.part());
    }

    /** Goes on from the snapshot of checkpoint {@code barrier}, after its positions are added. */
    public void restore(Head from, long barrier) {
        head = from;
        positions.advanceTo(barrier);
    }

    /** Where the chain stands, for a snapshot. */
    public Head head() {
        return head;
    }

    /** Takes what a shard cut. A shard cuts once at a barrier. */
    public void add(ShardRoot root) {
        ShardRoot other =
                pending.computeIfAbsent(root.cut(), cut -> new TreeMap<>())
                        .putIfAbsent(root.shard(), root);
        if (other != null) {
            throw new BrokenBooksException(
                    "shard " + root.shard() + " came twice for cut " + root.cut());
        }
    }

    /** Takes how far a source was read. */
    public void add(CutPosition position) {
        positions.add(position);
    }

    /** Positions still needed, for a snapshot. */
    public List<CutPosition> positions() {
        return positions.all();
    }

    /**
     * Seals every pending cut in ascending order from whichever shards arrived, each as one epoch
     * unless it is too large for one; if that leaves the stream quiet for too long, an empty epoch.
     *
     * @param barrier checkpoint id
     */
    public List<Sealed> seal(long barrier) {
        List<Sealed> epochs = new ArrayList<>();
        for (Map.Entry<Long, TreeMap<Integer, ShardRoot>> cut : pending.entrySet()) {
            positions.advanceTo(cut.getKey());
            for (List<ShardRoot> roots : groups(cut.getValue().values())) {
                seal(cut.getKey(), roots, epochs);
            }
        }
        pending.clear();
        positions.advanceTo(barrier);
        if (epochs.isEmpty() && barrier % options.cutEvery() == 0) {
            head = new Head(head.epoch(), head.header(), head.quietCuts() + 1);
            if (options.heartbeatCuts() > 0 && head.quietCuts() >= options.heartbeatCuts()) {
                seal(barrier, List.of(), epochs);
            }
        }
        return epochs;
    }

    /** The roots in order, parted only where their sum would not fit 63 bits. */
    private static List<List<ShardRoot>> groups(Collection<ShardRoot> roots) {
        List<List<ShardRoot>> groups = new ArrayList<>();
        long sumNano = 0;
        for (ShardRoot root : roots) {
            if (groups.isEmpty() || root.sumNano() > Long.MAX_VALUE - sumNano) {
                groups.add(new ArrayList<>());
                sumNano = 0;
            }
            groups.get(groups.size() - 1).add(root);
            sumNano = Nano.add(sumNano, root.sumNano());
        }
        return groups;
    }

    /** As one epoch, or where it takes more parts than the vault does, as several. */
    private void seal(long cut, List<ShardRoot> roots, List<Sealed> epochs) {
        Postings postings = Postings.of(roots);
        EpochPacker.Packed packed =
                packer.packUpToMost(postings.debits(), postings.credits(), postings.releases());
        if (packed.postingsFit()) {
            epochs.add(epoch(cut, roots, packed.parts()));
            List<Release> left = packed.releasesLeft();
            while (!left.isEmpty()) { // they need no receipts
                packed = packer.packUpToMost(List.of(), List.of(), left);
                epochs.add(epoch(cut, List.of(), packed.parts()));
                left = packed.releasesLeft();
            }
        } else if (roots.size() > 1) {
            int half = roots.size() / 2;
            seal(cut, roots.subList(0, half), epochs);
            seal(cut, roots.subList(half, roots.size()), epochs);
        } else {
            throw EpochPacker.tooMany(
                    postings.debits().size(),
                    postings.credits().size(),
                    postings.releases().size());
        }
    }

    private Sealed epoch(long cut, List<ShardRoot> roots, List<EpochPacker.Part> parts) {
        List<SumNode> top = new ArrayList<>(Collections.nCopies(options.shards(), SumNode.EMPTY));
        long receipts = 0;
        int depth = roots.stream().mapToInt(ShardRoot::depth).max().orElse(0);
        List<SealedPart.ShardCut> sources = new ArrayList<>();
        List<EpochAssignment> assignments = new ArrayList<>();
        long number = head.epoch() + 1;
        for (ShardRoot root : roots) {
            top.set(root.shard(), root.paddedTo(depth));
            receipts += root.receipts();
            sources.add(
                    new SealedPart.ShardCut(
                            root.shard(), cut, root.root(), root.sumNano(), root.receipts()));
            assignments.add(new EpochAssignment(number, cut, root.shard(), root.receipts()));
        }
        SumNode root = new MerkleSumTree(top).root();
        ReceiptsTree tree = new ReceiptsTree(root, receipts, options.shardDepth() + depth);
        requirePartsReach(root.sumNano(), parts, number);
        List<CutPosition> at = positions.reached();
        List<SealedPart> sealed = new ArrayList<>(parts.size());
        for (int part = 0; part < parts.size(); part++) {
            sealed.add(part(parts, part, tree, sources, at));
        }
        return new Sealed(sealed, assignments);
    }

    private SealedPart part(
            List<EpochPacker.Part> parts,
            int number,
            ReceiptsTree tree,
            List<SealedPart.ShardCut> sources,
            List<CutPosition> at) {
        EpochPacker.Part part = parts.get(number);
        long epoch = number == 0 ? head.epoch() + 1 : head.epoch();
        EpochHeader header =
                new EpochHeader(
                        head.header(),
                        epoch,
                        number,
                        parts.size(),
                        tree.root().hex(),
                        tree.root().sumNano(),
                        tree.receipts(),
                        tree.levels(),
                        part.sumNano(),
                        SlotWordsHash.of(part.words(), part.releases()),
                        CutDigest.of(at),
                        CutPositions.lastBlock(at));
        String hash = headerHash.of(header);
        head = new Head(epoch, hash, 0);
        return new SealedPart(
                hash, header, part.words(), part.releases(), part.accounts(), sources, at);
    }

    /** M4: the root's own sum is what the parts settle. */
    private static void requirePartsReach(long sumNano, List<EpochPacker.Part> parts, long epoch) {
        long settledNano = 0;
        for (EpochPacker.Part part : parts) {
            settledNano = Nano.add(settledNano, part.sumNano());
        }
        if (settledNano != sumNano) {
            throw new BrokenBooksException(
                    "epoch %d has receipts of %d nano-USD but postings of %d"
                            .formatted(epoch, sumNano, settledNano));
        }
    }
}
