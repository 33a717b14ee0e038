package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.hash.MerkleSum.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the vectors that the contracts, the engine and the audit are held to. */
class MerklePathTest {

    @Test
    void liesUnder_everyVector_holdsForItsLeafAndPlaceAlone() throws Exception {
        int proofs = 0;
        for (JsonNode tree : TypedDataTest.vectors("merkle-sum").path("cases")) {
            Node root = node(tree.path("root"), tree.path("sumNano"));
            int depth = tree.path("shardDepth").asInt();
            for (JsonNode proof : tree.path("proofs")) {
                proofs++;
                expectOnlyThis(root, depth, proof);
            }
        }
        assertThat(proofs).isPositive();
    }

    private static void expectOnlyThis(Node root, int depth, JsonNode proof) {
        Node leaf = node(proof.path("leafHash"), proof.path("leafSumNano"));
        long shard = proof.path("shard").asLong();
        long index = proof.path("index").asLong();
        List<Node> siblings = new ArrayList<>();
        for (int i = 0; i < proof.path("siblings").size(); i++) {
            siblings.add(node(proof.path("siblings").path(i), proof.path("sumsNano").path(i)));
        }
        int levels = siblings.size() - depth;
        Node dearer = more(leaf);
        assertThat(MerklePath.liesUnder(root, leaf, shard, index, depth, siblings)).isTrue();
        assertThat(MerklePath.liesUnder(root, dearer, shard, index, depth, siblings)).isFalse();
        assertThat(MerklePath.liesUnder(more(root), leaf, shard, index, depth, siblings)).isFalse();
        assertThat(MerklePath.liesUnder(root, leaf, shard, index + (1L << levels), depth, siblings))
                .as("a bit beyond the path")
                .isFalse();
        assertThat(MerklePath.liesUnder(root, leaf, shard + (1L << depth), index, depth, siblings))
                .as("a bit beyond the path")
                .isFalse();
        for (int i = 0; i < siblings.size(); i++) {
            List<Node> others = new ArrayList<>(siblings);
            others.set(i, more(siblings.get(i)));
            assertThat(MerklePath.liesUnder(root, leaf, shard, index, depth, others)).isFalse();
            others.set(i, new Node("0x12", siblings.get(i).sumNano()));
            assertThat(MerklePath.liesUnder(root, leaf, shard, index, depth, others)).isFalse();
            others.set(i, new Node(siblings.get(i).hash(), BigInteger.ONE.shiftLeft(64)));
            assertThat(MerklePath.liesUnder(root, leaf, shard, index, depth, others)).isFalse();
            others.remove(i);
            assertThat(MerklePath.liesUnder(root, leaf, shard, index, depth, others)).isFalse();
        }
    }

    private static Node node(JsonNode hash, JsonNode sumNano) {
        return new Node(hash.asText(), new BigInteger(sumNano.asText()));
    }

    private static Node more(Node node) {
        return new Node(node.hash(), node.sumNano().add(BigInteger.ONE));
    }
}
