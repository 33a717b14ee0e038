package io.millrace.audit;

import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Merkle-sum tree as its definition reads, by recursion over lists of all leaves. */
final class NaiveTree {

    private NaiveTree() {}

    /**
     * @param leaves by shard, in order of their index
     */
    static Node root(Map<Long, List<Node>> leaves, int shardDepth) {
        int height = height(leaves);
        List<Node> shards = new ArrayList<>();
        for (long shard = 0; shard < 1L << shardDepth; shard++) {
            shards.add(subtree(leaves.getOrDefault(shard, List.of()), height));
        }
        return perfect(shards);
    }

    /** Of the shard with most leaves, whose height all have. */
    static int height(Map<Long, List<Node>> leaves) {
        int most = leaves.values().stream().mapToInt(List::size).max().orElse(0);
        int height = 0;
        for (int width = 1; width < most; width *= 2) {
            height++;
        }
        return height;
    }

    private static Node subtree(List<Node> leaves, int height) {
        List<Node> padded = new ArrayList<>(leaves);
        while (padded.size() < (1 << height)) {
            padded.add(MerkleSum.EMPTY);
        }
        return perfect(padded);
    }

    private static Node perfect(List<Node> nodes) {
        if (nodes.size() == 1) {
            return nodes.get(0);
        }
        int half = nodes.size() / 2;
        return MerkleSum.parent(
                perfect(nodes.subList(0, half)), perfect(nodes.subList(half, nodes.size())));
    }
}
