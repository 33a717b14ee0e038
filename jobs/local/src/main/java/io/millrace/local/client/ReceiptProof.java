package io.millrace.local.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultAbi;
import io.millrace.contracts.SettlementVault;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import io.millrace.meter.Charge;
import io.millrace.settle.MerkleSumTree;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SumNode;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The way from one charge to the header of its epoch in the vault, rebuilt from the topics alone.
 *
 * @param receipt the sealed charge
 * @param header of the epoch, as the vault hashed it
 * @param siblings of the path from leaf to root, bottom-up
 */
public record ReceiptProof(Receipt receipt, EpochHeader header, List<SumNode> siblings) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Reads the receipts of the request's epoch and shard, and the epoch itself.
     *
     * @param shardDepth of the vault
     * @throws StackException if the request has no receipt (yet)
     */
    public static ReceiptProof find(StackFile stack, int shardDepth, String requestId)
            throws IOException {
        Receipt receipt = receiptOf(stack, requestId);
        List<Receipt> shard = new ArrayList<>();
        List<SealedPart> parts = new ArrayList<>();
        try (TopicScan scan =
                new TopicScan(stack.bootstrapServers(), List.of(Topics.RECEIPTS, Topics.EPOCHS))) {
            scan.toEnd(
                    record -> {
                        if (record.topic().equals(Topics.EPOCHS)) {
                            SealedPart part = JsonCodec.decode(record.value(), SealedPart.class);
                            if (part.header().epoch() == receipt.epoch()) {
                                parts.add(part);
                            }
                        } else {
                            Receipt other = JsonCodec.decode(record.value(), Receipt.class);
                            if (other.epoch() == receipt.epoch()
                                    && other.shard() == receipt.shard()) {
                                shard.add(other);
                            }
                        }
                    });
        }
        if (parts.isEmpty()) {
            throw new StackException(
                    "epoch " + receipt.epoch() + " is not in the topic " + Topics.EPOCHS);
        }
        ReceiptLeaf leaves = new ReceiptLeaf(new Eip712Domain(stack.chainId(), stack.vault()));
        return of(receipt, shard, parts.get(0), leaves, shardDepth);
    }

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
                                .map(r -> leaves.of(r.charge(), r.shard(), r.index()))
                                .toList());
        MerkleSumTree top = topTree(part, shardDepth);
        List<SumNode> siblings = new ArrayList<>(subtree.siblings(receipt.index()));
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

    /** {@code {"requestId","epoch","receipt","header","siblings":[{"hash","sumNano"}]}}. */
    public ObjectNode toJson() {
        ObjectNode json =
                MAPPER.createObjectNode()
                        .put("requestId", receipt.charge().requestId())
                        .put("epoch", receipt.epoch());
        json.set("receipt", MAPPER.valueToTree(receipt));
        json.set("header", MAPPER.valueToTree(header));
        ArrayNode path = json.putArray("siblings");
        for (SumNode sibling : siblings) {
            path.addObject().put("hash", sibling.hex()).put("sumNano", sibling.sumNano());
        }
        return json;
    }

    private static Receipt receiptOf(StackFile stack, String requestId) throws IOException {
        List<Receipt> found = new ArrayList<>();
        try (TopicScan scan = new TopicScan(stack.bootstrapServers(), List.of(Topics.RECEIPTS))) {
            scan.toEnd(
                    record -> {
                        Receipt receipt = JsonCodec.decode(record.value(), Receipt.class);
                        if (receipt.charge().requestId().equals(requestId)) {
                            found.add(receipt);
                        }
                    });
        }
        if (found.isEmpty()) {
            throw new StackException(
                    ("request %s has no receipt; if it was answered, wait for the"
                                    + " next epoch, else look for it in the topic %s")
                            .formatted(requestId, Topics.REJECTIONS));
        }
        return found.get(0);
    }

    private static MerkleSumTree topTree(SealedPart part, int shardDepth) {
        List<SumNode> roots = new ArrayList<>(Collections.nCopies(1 << shardDepth, SumNode.EMPTY));
        for (SealedPart.ShardCut cut : part.sources()) {
            roots.set(cut.shard(), SumNode.of(cut.root(), cut.sumNano()));
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
                BigInteger.valueOf(charge.creditNano()),
                BigInteger.valueOf(charge.feeNano()),
                BigInteger.valueOf(receipt.shard()),
                BigInteger.valueOf(receipt.index()));
    }
}
