package io.millrace.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.hash.MerkleSum.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * That a charge was sealed, in the form that {@code verifyReceipt} of the vault takes.
 *
 * @param receipt the vault's struct Receipt, by its names
 * @param header the vault's struct EpochHeader, by its names
 * @param siblings from the leaf to the root, bottom-up
 */
public record ReceiptProof(ObjectNode receipt, ObjectNode header, List<Node> siblings) {

    /** Copies. */
    public ReceiptProof {
        receipt = receipt.deepCopy();
        header = header.deepCopy();
        siblings = List.copyOf(siblings);
    }

    /** What {@code millrace prove --json} prints. */
    static ReceiptProof of(JsonNode printed) {
        JsonNode proof = printed.path("proof");
        List<Node> siblings = new ArrayList<>();
        for (int i = 0; i < proof.path("siblings").size(); i++) {
            siblings.add(
                    new Node(
                            proof.path("siblings").path(i).asText(),
                            new BigInteger(proof.path("sumsNano").path(i).asText())));
        }
        return new ReceiptProof(
                (ObjectNode) printed.path("receipt"), (ObjectNode) proof.path("header"), siblings);
    }

    /**
     * Whether the leaf leads to the root that the header names. Whose header it is, only the vault
     * knows.
     *
     * @param shardDepth of the vault
     */
    boolean leadsToItsHeader(TypedData hashes, int shardDepth) {
        Node root =
                new Node(
                        header.path("receiptsRoot").asText(),
                        new BigInteger(header.path("receiptsSumNano").asText()));
        Node leaf =
                new Node(
                        hashes.digest(TypedData.RECEIPT, receipt),
                        new BigInteger(receipt.path("debitNano").asText()));
        return siblings.size() == header.path("levels").asInt(-1)
                && MerklePath.liesUnder(
                        root,
                        leaf,
                        receipt.path("shard").asLong(-1),
                        receipt.path("index").asLong(-1),
                        shardDepth,
                        siblings);
    }
}
