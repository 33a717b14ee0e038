package io.millrace.job.recover;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.VaultHead;
import io.millrace.meter.Charge;
import io.millrace.settle.MerkleSumTree;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SumNode;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Refuses records that do not fit together: a state rebuilt from them would settle something else
 * than was charged. Each failure names the epoch or charge, both values and what to do.
 */
public final class LedgerChecks {

    private static final String RESTORE =
            "; nothing is rebuilt from it, restore the topics from a replica and run"
                    + " jobs/bin/millrace audit to see all that differs";

    private final EpochHeaderHash headerHash;
    private final ReceiptLeaf leaf;
    private final int shards;

    /**
     * For the vault that {@code domain} names.
     *
     * @param shards settlement shards of the ledger
     */
    public LedgerChecks(Eip712Domain domain, int shards) {
        this.headerHash = new EpochHeaderHash(domain);
        this.leaf = new ReceiptLeaf(domain);
        this.shards = shards;
    }

    /** What the vault has recorded. */
    public interface VaultRecord {

        /** Where its chain of headers stands now. */
        VaultHead head() throws RpcException;

        /** Hash of the header that it holds for a part, the zero hash if none. */
        String headerOf(long epoch, int part) throws RpcException;
    }

    /** Throws {@link RecoverException} unless everything fits. */
    public void require(LedgerHistory history, VaultRecord vault) throws RpcException {
        requireNodeCaughtUp(history);
        requireOneChain(history.parts());
        requireVaultAgrees(history.parts(), vault);
        requireSequences(history.charges());
        requireReceipts(history);
        requireMark(history);
    }

    private static void requireNodeCaughtUp(LedgerHistory history) {
        for (SealedPart part : history.parts()) {
            if (part.header().l2Block() > history.finalBlock()) {
                throw new RecoverException(
                        ("%s has seen L2 block %d but the node's final block is"
                                        + " %d; the node is behind, wait or name another")
                                .formatted(
                                        describe(part),
                                        part.header().l2Block(),
                                        history.finalBlock()));
            }
        }
    }

    private void requireOneChain(List<SealedPart> parts) {
        String previous = Hex.ZERO_32;
        long epoch = 0;
        int next = 0;
        int of = 0;
        for (SealedPart part : parts) {
            EpochHeader header = part.header();
            boolean follows =
                    next < of
                            ? header.epoch() == epoch && header.part() == next
                            : header.epoch() == epoch + 1 && header.part() == 0;
            if (!follows || !header.previousHeader().equals(previous)) {
                throw new RecoverException(
                        ("epoch %d part %d names the header %s but in the log"
                                                + " follows epoch %d with header %s")
                                        .formatted(
                                                header.epoch(),
                                                header.part(),
                                                header.previousHeader(),
                                                epoch,
                                                previous)
                                + RESTORE);
            }
            String hash = headerHash.of(header);
            if (!hash.equals(part.hash())) {
                throw new RecoverException(
                        "%s has header hash %s but hashes to %s"
                                        .formatted(describe(part), part.hash(), hash)
                                + RESTORE);
            }
            previous = hash;
            epoch = header.epoch();
            next = header.part() + 1;
            of = header.parts();
        }
        if (next < of) {
            throw new RecoverException(
                    "epoch %d has %d parts but the log ends after part %d"
                                    .formatted(epoch, of, next - 1)
                            + RESTORE);
        }
    }

    private static void requireVaultAgrees(List<SealedPart> parts, VaultRecord vault)
            throws RpcException {
        VaultHead head = vault.head();
        if (head.epoch() == 0) {
            return;
        }
        boolean found = false;
        for (SealedPart part : parts) {
            boolean isHead =
                    part.header().epoch() == head.epoch() && part.header().part() == head.part();
            if (isHead && part.hash().equals(head.header())) {
                return; // each header names the one before: all of them agree
            }
            found |= isHead;
        }
        for (SealedPart part : parts) {
            String recorded = vault.headerOf(part.header().epoch(), part.header().part());
            if (!recorded.equals(Hex.ZERO_32) && !recorded.equals(part.hash())) {
                throw new RecoverException(
                        ("%s has header %s in the log but %s in the vault; another"
                                        + " ledger settled there, find out which job holds the"
                                        + " settler's key before anything is started")
                                .formatted(describe(part), part.hash(), recorded));
            }
        }
        if (!found) {
            throw new RecoverException(
                    ("the vault is at epoch %d part %d (header %s) but the log ends with %s: epochs"
                                            + " that were settled are missing from it")
                                    .formatted(
                                            head.epoch(),
                                            head.part(),
                                            head.header(),
                                            parts.isEmpty()
                                                    ? "nothing"
                                                    : describe(parts.get(parts.size() - 1))
                                                            + " (header "
                                                            + parts.get(parts.size() - 1).hash()
                                                            + ")")
                            + RESTORE);
        }
    }

    private static void requireSequences(List<Charge> charges) {
        Map<String, Long> last = new HashMap<>();
        Map<String, Charge> byId = new HashMap<>();
        for (Charge charge : charges) {
            long expected = last.getOrDefault(charge.requesterAddress(), 0L) + 1;
            if (charge.sequence() != expected) {
                throw new RecoverException(
                        ("charge %s of requester %s has sequence %d where %d"
                                                + " follows: a charge is missing or came twice")
                                        .formatted(
                                                charge.requestId(),
                                                charge.requesterAddress(),
                                                charge.sequence(),
                                                expected)
                                + RESTORE);
            }
            last.put(charge.requesterAddress(), charge.sequence());
            if (byId.put(charge.requestId(), charge) != null) {
                throw new RecoverException(
                        "request " + charge.requestId() + " is charged twice" + RESTORE);
            }
        }
    }

    private void requireReceipts(LedgerHistory history) {
        Map<String, Charge> charges = new HashMap<>();
        history.charges().forEach(charge -> charges.put(charge.requestId(), charge));
        Map<Long, List<Receipt>> byEpoch = new HashMap<>();
        for (Receipt receipt : history.receipts()) {
            Charge charge = charges.get(receipt.charge().requestId());
            if (!receipt.charge().equals(charge)) {
                throw new RecoverException(
                        "the receipt of request %s in epoch %d holds %s but the charge is %s"
                                        .formatted(
                                                receipt.charge().requestId(),
                                                receipt.epoch(),
                                                receipt.charge(),
                                                charge)
                                + RESTORE);
            }
            byEpoch.computeIfAbsent(receipt.epoch(), epoch -> new ArrayList<>()).add(receipt);
        }
        for (SealedPart part : history.parts()) {
            if (part.header().part() == 0) {
                List<Receipt> receipts = byEpoch.remove(part.header().epoch());
                requireRoot(part, receipts == null ? List.of() : receipts);
            }
        }
        for (long epoch : byEpoch.keySet()) {
            throw new RecoverException(
                    "there are receipts of epoch "
                            + epoch
                            + " but no such epoch in the log"
                            + RESTORE);
        }
    }

    private void requireRoot(SealedPart part, List<Receipt> receipts) {
        List<Receipt> ordered = new ArrayList<>(receipts);
        ordered.sort(Comparator.comparingInt(Receipt::shard).thenComparingInt(Receipt::index));
        Map<Integer, List<SumNode>> leaves = new HashMap<>();
        for (Receipt receipt : ordered) {
            List<SumNode> shard =
                    leaves.computeIfAbsent(receipt.shard(), number -> new ArrayList<>());
            shard.add(leaf.of(receipt.charge(), receipt.shard(), receipt.index()));
        }
        List<SumNode> top = new ArrayList<>(Collections.nCopies(shards, SumNode.EMPTY));
        leaves.forEach((shard, nodes) -> top.set(shard, new MerkleSumTree(nodes).root()));
        SumNode root = new MerkleSumTree(top).root();
        EpochHeader header = part.header();
        if (receipts.size() != header.receiptsCount()
                || root.sumNano() != header.receiptsSumNano()
                || !root.hex().equals(header.receiptsRoot())) {
            throw new RecoverException(
                    ("epoch %d was sealed with root %s over %d receipts of %d nano-USD but its"
                                            + " receipts have root %s over %d of %d")
                                    .formatted(
                                            header.epoch(),
                                            header.receiptsRoot(),
                                            header.receiptsCount(),
                                            header.receiptsSumNano(),
                                            root.hex(),
                                            receipts.size(),
                                            root.sumNano())
                            + RESTORE);
        }
    }

    /** Another sink's mark may name an epoch that was aborted, and that nobody has seen. */
    private static void requireMark(LedgerHistory history) {
        long epoch =
                history.parts().isEmpty()
                        ? 0
                        : history.parts().get(history.parts().size() - 1).header().epoch();
        if (history.logMark().epoch() > epoch) {
            throw new RecoverException(
                    ("the log ends with epoch %d but %s is recorded: epochs are"
                                            + " missing from the log")
                                    .formatted(epoch, history.logMark())
                            + RESTORE);
        }
    }

    private static String describe(SealedPart part) {
        return "epoch " + part.header().epoch() + " part " + part.header().part();
    }
}
