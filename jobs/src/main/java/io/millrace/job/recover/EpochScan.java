package io.millrace.job.recover;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SealedPart.ShardCut;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.settle.MerkleSumTree;
import io.millrace.settle.SumNode;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the log of epochs and the receipts of each, one epoch after the other, and keeps the
 * last part and what does not fit.
 */
final class EpochScan {

    /**
     * What was found.
     *
     * @param last part of the log, null if it is empty
     * @param lastCut highest checkpoint that part or receipt names
     * @param gaps shares of epochs that have fewer receipts than were sealed
     * @param ahead the first part that has seen a block above the final one, null if none
     * @param chainFault why the parts are not one chain, null if they are
     * @param receiptsFault of the first epoch whose receipts do not have its root, null if all have
     */
    record Result(
            @Nullable SealedPart last,
            long lastCut,
            List<Gap> gaps,
            @Nullable SealedPart ahead,
            @Nullable String chainFault,
            @Nullable String receiptsFault) {

        /** Copies. */
        Result {
            gaps = List.copyOf(gaps);
        }

        /** Number of the last epoch, 0 if there is none. */
        long head() {
            return last == null ? 0 : last.header().epoch();
        }
    }

    /**
     * One shard's share of an epoch, of which not all receipts are there.
     *
     * @param at where the epoch begins in the log
     */
    record Gap(long epoch, ShardCut cut, RecordPlace at) {}

    private final EpochHeaderHash headerHash;
    private final int shards;
    private final long finalBlock;

    private final List<Gap> gaps = new ArrayList<>();
    private @Nullable SealedPart last;
    private @Nullable SealedPart ahead;
    private @Nullable String chainFault;
    private @Nullable String receiptsFault;
    private String previousHash = Hex.ZERO_32;
    private long lastCut;

    private EpochScan(Eip712Domain domain, int shards, long finalBlock) {
        this.headerHash = new EpochHeaderHash(domain);
        this.shards = shards;
        this.finalBlock = finalBlock;
    }

    /**
     * Of everything in {@code rows}.
     *
     * @param shards settlement shards of the ledger
     * @param finalBlock the node's
     */
    static Result of(
            LedgerRows rows,
            Eip712Domain domain,
            int shards,
            long finalBlock,
            StepProgress progress)
            throws IOException {
        EpochScan scan = new EpochScan(domain, shards, finalBlock);
        try (RowCursor log = rows.log();
                RowCursor leaves = rows.sealed()) {
            for (; log.isAtRow(); log.next()) {
                scan.part(log, leaves, progress);
            }
            scan.behind(leaves, Long.MAX_VALUE);
        }
        scan.end();
        return new Result(
                scan.last,
                scan.lastCut,
                scan.gaps,
                scan.ahead,
                scan.chainFault,
                scan.receiptsFault);
    }

    private void part(RowCursor log, RowCursor leaves, StepProgress progress) throws IOException {
        SealedPart part = LedgerRows.partAt(log);
        chain(part);
        if (ahead == null && part.header().l2Block() > finalBlock) {
            ahead = part;
        }
        part.sources().forEach(cut -> lastCut = Math.max(lastCut, cut.cut()));
        if (part.header().part() == 0) {
            behind(leaves, part.header().epoch());
            receipts(part, LedgerRows.placeIn(log.key()), leaves, progress);
        }
        last = part;
    }

    private void chain(SealedPart part) {
        EpochHeader header = part.header();
        EpochHeader before = last == null ? null : last.header();
        long epoch = before == null ? 0 : before.epoch();
        int next = before == null ? 0 : before.part() + 1;
        int of = before == null ? 0 : before.parts();
        boolean follows =
                next < of
                        ? header.epoch() == epoch && header.part() == next
                        : header.epoch() == epoch + 1 && header.part() == 0;
        String hash = headerHash.of(header);
        if (chainFault == null && !(follows && header.previousHeader().equals(previousHash))) {
            chainFault =
                    ("epoch %d part %d names the header %s but in the log"
                                    + " follows epoch %d with header %s")
                            .formatted(
                                    header.epoch(),
                                    header.part(),
                                    header.previousHeader(),
                                    epoch,
                                    previousHash);
        } else if (chainFault == null && !hash.equals(part.hash())) {
            chainFault =
                    "epoch %d part %d has header hash %s but hashes to %s"
                            .formatted(header.epoch(), header.part(), part.hash(), hash);
        }
        previousHash = hash;
    }

    /** Receipts below {@code epoch} of which the log has no epoch. */
    private void behind(RowCursor leaves, long epoch) {
        for (; SealedLeaf.epochAt(leaves) < epoch; leaves.next()) {
            SealedLeaf sealed = SealedLeaf.at(leaves);
            lastCut = Math.max(lastCut, sealed.cut());
            if (receiptsFault == null) {
                receiptsFault =
                        "there are receipts of epoch "
                                + sealed.epoch()
                                + " but no such epoch in the log";
            }
        }
    }

    private void receipts(
            SealedPart part, RecordPlace at, RowCursor leaves, StepProgress progress) {
        List<MerkleSumTree.Root> roots = new ArrayList<>(shards);
        for (int shard = 0; shard < shards; shard++) {
            roots.add(new MerkleSumTree.Root());
        }
        EpochHeader header = part.header();
        long count = 0;
        for (; SealedLeaf.epochAt(leaves) == header.epoch(); leaves.next()) {
            SealedLeaf sealed = SealedLeaf.at(leaves);
            lastCut = Math.max(lastCut, sealed.cut());
            if (sealed.shard() >= 0 && sealed.shard() < shards) {
                roots.get(sealed.shard()).add(sealed.node());
            }
            count++;
            progress.count(1);
        }
        MerkleSumTree.Root top = new MerkleSumTree.Root();
        int depth = roots.stream().mapToInt(MerkleSumTree.Root::depth).max().orElse(0);
        roots.forEach(root -> top.add(root.node().raised(depth - root.depth())));
        SumNode root = top.node();
        if (receiptsFault == null
                && (count != header.receiptsCount()
                        || root.sumNano() != header.receiptsSumNano()
                        || !root.hex().equals(header.receiptsRoot()))) {
            receiptsFault =
                    ("epoch %d was sealed with root %s over %d receipts of %d nano-USD but its"
                                    + " receipts have root %s over %d of %d")
                            .formatted(
                                    header.epoch(),
                                    header.receiptsRoot(),
                                    header.receiptsCount(),
                                    header.receiptsSumNano(),
                                    root.hex(),
                                    count,
                                    root.sumNano());
        }
        for (ShardCut cut : part.sources()) {
            if (roots.get(cut.shard()).leaves() < cut.receipts()) {
                gaps.add(new Gap(header.epoch(), cut, at));
            }
        }
    }

    private void end() {
        EpochHeader header = last == null ? null : last.header();
        if (chainFault == null && header != null && header.part() + 1 < header.parts()) {
            chainFault =
                    "epoch %d has %d parts but the log ends after part %d"
                            .formatted(header.epoch(), header.parts(), header.part());
        }
    }
}
