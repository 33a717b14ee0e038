package io.millrace.audit.hash;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** The Merkle-sum tree as its definition reads. */
public final class MerkleSum {

    /** Hash and sum of what is below. */
    public record Node(String hash, BigInteger sumNano) {}

    public static final Node EMPTY = new Node("0x" + "0".repeat(64), BigInteger.ZERO);

    private MerkleSum() {}

    /**
     * A shard's tree, leaf by leaf in order of their index, padded with empty leaves to a power of
     * two. Holds one node of each height.
     */
    public static final class Subtree {

        private final List<Full> full = new ArrayList<>();
        private long leaves;

        /** The root of 2^height leaves. */
        private record Full(int height, Node node) {}

        public long leaves() {
            return leaves;
        }

        public void add(Node leaf) {
            leaves++;
            full.add(new Full(0, leaf));
            join(full);
        }

        public Node root() {
            if (full.isEmpty()) {
                return EMPTY;
            }
            List<Full> padded = new ArrayList<>(full);
            while (padded.size() > 1) {
                Full last = padded.remove(padded.size() - 1);
                padded.add(new Full(last.height() + 1, parent(last.node(), EMPTY)));
                join(padded);
            }
            return padded.get(0).node();
        }

        /** Two of one height are one of the next. */
        private static void join(List<Full> nodes) {
            int last = nodes.size() - 1;
            while (last > 0 && nodes.get(last - 1).height() == nodes.get(last).height()) {
                Full right = nodes.remove(last);
                Full left = nodes.remove(last - 1);
                nodes.add(new Full(left.height() + 1, parent(left.node(), right.node())));
                last--;
            }
        }
    }

    /**
     * The root over all shards.
     *
     * @param shards by number, all padded to the height of the highest; shards without leaves may
     *     be absent
     * @param shardDepth 2^shardDepth shards
     */
    public static Node root(Map<Long, Subtree> shards, int shardDepth) {
        int height = highest(shards);
        List<Node> roots = new ArrayList<>();
        for (long shard = 0; shard < 1L << shardDepth; shard++) {
            Subtree own = shards.get(shard);
            Node root = own == null ? EMPTY : own.root();
            for (int level = own == null ? height : height(own.leaves()); level < height; level++) {
                root = parent(root, EMPTY);
            }
            roots.add(root);
        }
        return perfect(roots);
    }

    /** Height of the highest of {@code shards}. */
    public static int highest(Map<Long, Subtree> shards) {
        return shards.values().stream().mapToInt(shard -> height(shard.leaves())).max().orElse(0);
    }

    /** Of the lowest tree that holds {@code leaves}. */
    public static int height(long leaves) {
        int height = 0;
        while ((1L << height) < leaves) {
            height++;
        }
        return height;
    }

    /**
     * The siblings on the way from leaf {@code index} to the root, bottom-up.
     *
     * @param leaves in order of their index, padded here to a power of two
     */
    public static List<Node> siblings(List<Node> leaves, long index) {
        List<Node> level = new ArrayList<>(leaves);
        List<Node> siblings = new ArrayList<>();
        int at = Math.toIntExact(index);
        while (level.size() > 1) {
            if (level.size() % 2 == 1) {
                level.add(EMPTY);
            }
            siblings.add(level.get(at ^ 1));
            List<Node> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(parent(level.get(i), level.get(i + 1)));
            }
            level = above;
            at /= 2;
        }
        return siblings;
    }

    private static Node perfect(List<Node> nodes) {
        if (nodes.size() == 1) {
            return nodes.get(0);
        }
        int half = nodes.size() / 2;
        return parent(perfect(nodes.subList(0, half)), perfect(nodes.subList(half, nodes.size())));
    }

    public static Node parent(Node left, Node right) {
        if (left.equals(EMPTY) && right.equals(EMPTY)) {
            return EMPTY;
        }
        byte[] joined =
                ByteBuffer.allocate(81).put((byte) 1).put(packed(left)).put(packed(right)).array();
        return new Node(
                Numeric.toHexString(Hash.sha3(joined)), left.sumNano().add(right.sumNano()));
    }

    private static byte[] packed(Node node) {
        return ByteBuffer.allocate(40)
                .put(Numeric.hexStringToByteArray(node.hash()))
                .put(Numeric.toBytesPadded(node.sumNano(), 8))
                .array();
    }
}
