package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleSumTreeTest {

    @Test
    void merkleSumTree_sharedVectors_rootsAndProofsAgree() throws IOException {
        JsonNode file =
                new ObjectMapper()
                        .readTree(
                                Path.of("..", "contracts", "test", "vectors", "merkle-sum.json")
                                        .toFile());
        for (JsonNode vector : file.get("cases")) {
            String name = vector.get("name").asText();
            List<MerkleSumTree> shards = new ArrayList<>();
            for (JsonNode shard : vector.get("shards")) {
                shards.add(new MerkleSumTree(nodes(shard.get("leaves"))));
            }
            List<SumNode> roots = shards.stream().map(MerkleSumTree::root).toList();
            assertThat(roots).as(name).isEqualTo(nodes(vector.get("shardRoots")));
            int depth = shards.stream().mapToInt(MerkleSumTree::depth).max().orElseThrow();
            int shardDepth = vector.get("shardDepth").asInt();
            assertThat(shardDepth + depth).as(name).isEqualTo(vector.get("levels").asInt());
            MerkleSumTree top =
                    new MerkleSumTree(
                            shards.stream()
                                    .map(tree -> tree.root().raised(depth - tree.depth()))
                                    .toList());
            SumNode root = SumNode.of(vector.get("root").asText(), vector.get("sumNano").asLong());
            assertThat(top.root()).as(name).isEqualTo(root);
            for (JsonNode proof : vector.get("proofs")) {
                int shard = proof.get("shard").asInt();
                int index = proof.get("index").asInt();
                List<SumNode> siblings = new ArrayList<>(shards.get(shard).siblings(index));
                siblings.addAll(Collections.nCopies(depth - siblings.size(), SumNode.EMPTY));
                siblings.addAll(top.siblings(shard));
                assertThat(siblings).as(name).isEqualTo(siblings(proof));
                SumNode leaf =
                        SumNode.of(
                                proof.get("leafHash").asText(), proof.get("leafSumNano").asLong());
                assertThat(MerkleSumTree.verify(leaf, shard, index, shardDepth, siblings, root))
                        .as(name)
                        .isTrue();
            }
        }
    }

    @Test
    void verify_anythingElseThanTheLeafInItsPlace_isRefused() {
        List<SumNode> leaves = List.of(leaf(1, 10), leaf(2, 20), leaf(3, 30));
        MerkleSumTree shard = new MerkleSumTree(leaves);
        MerkleSumTree top = new MerkleSumTree(List.of(SumNode.EMPTY, shard.root()));
        List<SumNode> siblings = new ArrayList<>(shard.siblings(1));
        siblings.addAll(top.siblings(1));
        SumNode root = top.root();
        assertThat(MerkleSumTree.verify(leaves.get(1), 1, 1, 1, siblings, root)).isTrue();

        assertThat(MerkleSumTree.verify(leaf(2, 21), 1, 1, 1, siblings, root)).as("sum").isFalse();
        assertThat(MerkleSumTree.verify(leaf(9, 20), 1, 1, 1, siblings, root)).as("hash").isFalse();
        for (int index : new int[] {0, 2, 3, 5, -1}) {
            assertThat(MerkleSumTree.verify(leaves.get(1), 1, index, 1, siblings, root))
                    .as("index %s", index)
                    .isFalse();
        }
        for (int place : new int[] {0, 3, -1}) {
            assertThat(MerkleSumTree.verify(leaves.get(1), place, 1, 1, siblings, root))
                    .as("shard %s", place)
                    .isFalse();
        }
        assertThat(MerkleSumTree.verify(leaves.get(1), 0, 0, 1, List.of(), root))
                .as("short")
                .isFalse();
        for (int i = 0; i < siblings.size(); i++) {
            List<SumNode> wrong = new ArrayList<>(siblings);
            wrong.set(i, new SumNode(siblings.get(i).hash(), Long.MAX_VALUE));
            assertThat(MerkleSumTree.verify(leaves.get(1), 1, 1, 1, wrong, root))
                    .as("sibling %s", i)
                    .isFalse();
        }
    }

    @Test
    void root_ofLeavesOneByOne_isThatOfTheTree() {
        List<SumNode> leaves = new ArrayList<>();
        MerkleSumTree.Root root = new MerkleSumTree.Root();
        for (int count = 0; count <= 70; count++) {
            assertThat(root.node())
                    .as("%s leaves", count)
                    .isEqualTo(new MerkleSumTree(leaves).root());
            SumNode leaf = new SumNode(Keccak.hashUtf8("leaf " + count), count);
            leaves.add(leaf);
            root.add(leaf);
        }
    }

    @Test
    void depthOf_anyNumberOfLeaves_isThatOfTheTree() {
        List<SumNode> leaves = new ArrayList<>();
        for (int count = 0; count <= 70; count++) {
            assertThat(MerkleSumTree.depthOf(count))
                    .as("%s leaves", count)
                    .isEqualTo(new MerkleSumTree(leaves).depth());
            leaves.add(leaf(count, count));
        }
    }

    @Test
    void merkleSumTree_sumBeyond63Bits_isRefused() {
        List<SumNode> leaves = List.of(leaf(1, Long.MAX_VALUE), leaf(2, 1));

        assertThatThrownBy(() -> new MerkleSumTree(leaves)).isInstanceOf(ArithmeticException.class);
    }

    private static SumNode leaf(int number, long sumNano) {
        return new SumNode(Keccak.hashUtf8("leaf " + number), sumNano);
    }

    private static List<SumNode> nodes(JsonNode array) {
        List<SumNode> nodes = new ArrayList<>();
        array.forEach(
                n -> nodes.add(SumNode.of(n.get("hash").asText(), n.get("sumNano").asLong())));
        return nodes;
    }

    private static List<SumNode> siblings(JsonNode proof) {
        List<SumNode> siblings = new ArrayList<>();
        for (int i = 0; i < proof.get("siblings").size(); i++) {
            siblings.add(
                    SumNode.of(
                            proof.get("siblings").get(i).asText(),
                            proof.get("sumsNano").get(i).asLong()));
        }
        return siblings;
    }
}
