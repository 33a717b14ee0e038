package io.millrace.audit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** The Merkle-sum tree as its definition reads, by recursion over lists. */
final class MerkleSum {

    /** Hash and sum of what is below. */
    record Node(String hash, BigInteger sumNano) {}

    static final Node EMPTY = new Node("0x" + "0".repeat(64), BigInteger.ZERO);

    private MerkleSum() {}

    /**
     * The root over all shards.
     *
     * @param leaves by shard, in order of their index; shards without leaves may be absent
     * @param shardDepth 2^shardDepth shards
     */
    static Node root(Map<Long, List<Node>> leaves, int shardDepth) {
        List<Node> shards = new ArrayList<>();
        for (long shard = 0; shard < 1L << shardDepth; shard++) {
            shards.add(subtree(leaves.getOrDefault(shard, List.of())));
        }
        return perfect(shards);
    }

    private static Node subtree(List<Node> leaves) {
        List<Node> padded = new ArrayList<>(leaves);
        while (Integer.bitCount(padded.size()) > 1) {
            padded.add(EMPTY);
        }
        return padded.isEmpty() ? EMPTY : perfect(padded);
    }

    private static Node perfect(List<Node> nodes) {
        if (nodes.size() == 1) {
            return nodes.get(0);
        }
        int half = nodes.size() / 2;
        return parent(perfect(nodes.subList(0, half)), perfect(nodes.subList(half, nodes.size())));
    }

    private static Node parent(Node left, Node right) {
        if (left.equals(EMPTY) && right.equals(EMPTY)) {
            return EMPTY;
        }
        return new Node(
                Hash.sha3("0x01" + packed(left) + packed(right)),
                left.sumNano().add(right.sumNano()));
    }

    private static String packed(Node node) {
        return node.hash().substring(2) + Numeric.toHexStringNoPrefixZeroPadded(node.sumNano(), 16);
    }
}
