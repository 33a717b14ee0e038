package io.millrace.local.client;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultAbi;
import io.millrace.contracts.SettlementVault;
import io.millrace.meter.Charge;
import io.millrace.settle.MerkleSumTree;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SumNode;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The way from one charge to the header of its epoch in the vault, rebuilt from the topics alone;
 * by the engine's own code, which the audit's {@code Prover} does not use.
 *
 * @param receipt the sealed charge
 * @param header of the epoch, as the vault hashed it
 * @param siblings of the path from leaf to root, bottom-up
 */
public record ReceiptProof(Receipt receipt, EpochHeader header, List<SumNode> siblings) {

    private static final int WORD = 32;

    /**
     * Of what has been read already.
     *
     * @param shard all receipts of the receipt's epoch and shard, in any order
     * @param part any part of the receipt's epoch
     * @param shardDepth of the vault
     */
    public static ReceiptProof of(
            Receipt receipt,
            List<Receipt> shard,
            SealedPart part,
            ReceiptLeaf leaves,
            int shardDepth) {
        List<Receipt> ordered = new ArrayList<>(shard);
        ordered.sort(Comparator.comparingInt(Receipt::index));
        MerkleSumTree subtree =
                new MerkleSumTree(
                        ordered.stream()
                                .map(
                                        r ->
                                                leaves.of(
                                                        r.charge(),
                                                        r.shard(),
                                                        r.index(),
                                                        r.earnedBefore()))
                                .toList());
        int depth = part.header().levels() - shardDepth;
        MerkleSumTree top = topTree(part, shardDepth);
        List<SumNode> siblings = new ArrayList<>(subtree.siblings(receipt.index()));
        siblings.addAll(Collections.nCopies(depth - subtree.depth(), SumNode.EMPTY));
        siblings.addAll(top.siblings(receipt.shard()));
        return new ReceiptProof(receipt, part.header(), siblings);
    }

    /** Whether the vault accepts it. */
    public boolean verify(SettlementVault vault) throws Exception {
        return vault.verifyReceipt(
                        BigInteger.valueOf(receipt.epoch()),
                        onChain(receipt),
                        new SettlementVault.ReceiptProof(
                                VaultAbi.header(header),
                                siblings.stream().map(SumNode::hash).toList(),
                                siblings.stream()
                                        .map(node -> BigInteger.valueOf(node.sumNano()))
                                        .toList()))
                .send();
    }

    private static MerkleSumTree topTree(SealedPart part, int shardDepth) {
        List<SumNode> roots = new ArrayList<>(Collections.nCopies(1 << shardDepth, SumNode.EMPTY));
        for (SealedPart.ShardCut cut : part.sources()) {
            int padding =
                    part.header().levels() - shardDepth - MerkleSumTree.depthOf(cut.receipts());
            roots.set(cut.shard(), SumNode.of(cut.root(), cut.sumNano()).raised(padding));
        }
        return new MerkleSumTree(roots);
    }

    private static SettlementVault.Receipt onChain(Receipt receipt) {
        Charge charge = receipt.charge();
        return new SettlementVault.Receipt(
                Hex.decode(charge.requestId(), 32),
                BigInteger.valueOf(charge.requesterAccount()),
                BigInteger.valueOf(charge.sequence()),
                BigInteger.valueOf(charge.providerAccount()),
                Hex.decode(charge.model(), 32),
                BigInteger.valueOf(charge.units()),
                BigInteger.valueOf(charge.price().nanoPerMillion()),
                BigInteger.valueOf(charge.price().version()),
                BigInteger.valueOf(charge.debitNano()),
                credits(receipt),
                Hex.decode(charge.outcome(), 32),
                Hex.decode(Hex.ZERO_32, 32),
                BigInteger.valueOf(charge.admittedMillis()),
                BigInteger.valueOf(receipt.shard()),
                BigInteger.valueOf(receipt.index()));
    }

    private static List<BigInteger> credits(Receipt receipt) {
        byte[] words = ReceiptLeaf.creditLines(receipt.charge(), receipt.earnedBefore());
        List<BigInteger> lines = new ArrayList<>();
        for (int at = 0; at < words.length; at += WORD) {
            lines.add(new BigInteger(1, words, at, WORD));
        }
        return lines;
    }
}
