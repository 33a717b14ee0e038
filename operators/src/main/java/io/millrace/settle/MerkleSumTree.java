package io.millrace.settle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A perfect binary Merkle-sum tree over nodes in order, filled up on the right with empty nodes:
 * the subtree of one shard over its receipts, or the top tree over the roots of all shards. Equal
 * to contracts/src/libraries/MerkleSum.sol.
 */
public final class MerkleSumTree {

    /** A complete subtree of 2^{@code level} leaves. */
    public record Subtree(int level, SumNode node) {}

    /**
     * The root alone, of leaves that come one by one: what it keeps are the subtrees on the left
     * that are complete, one a level.
     */
    public static final class Root {

        private final List<@Nullable SumNode> complete = new ArrayList<>();
        private int leaves;

        /** Of no leaves. */
        public Root() {}

        /** Of the leaves below {@code subtrees}. */
        Root(List<Subtree> subtrees) {
            for (Subtree subtree : subtrees) {
                while (complete.size() <= subtree.level()) {
                    complete.add(null);
                }
                complete.set(subtree.level(), subtree.node());
                leaves += 1 << subtree.level();
            }
        }

        /** The complete subtrees, which are all that it keeps. */
        List<Subtree> subtrees() {
            List<Subtree> subtrees = new ArrayList<>();
            for (int level = 0; level < complete.size(); level++) {
                SumNode node = complete.get(level);
                if (node != null) {
                    subtrees.add(new Subtree(level, node));
                }
            }
            return subtrees;
        }

        /**
         * Adds the next leaf.
         *
         * @throws ArithmeticException if the sum of all leaves does not fit 63 bits
         */
        public void add(SumNode leaf) {
            leaves = Math.addExact(leaves, 1);
            SumNode node = leaf;
            for (int level = 0; ; level++) {
                if (level == complete.size()) {
                    complete.add(node);
                    return;
                }
                SumNode left = complete.get(level);
                if (left == null) {
                    complete.set(level, node);
                    return;
                }
                complete.set(level, null);
                node = SumNode.join(left, node);
            }
        }

        /** How many there were. */
        public int leaves() {
            return leaves;
        }

        /** Levels of the lowest tree that holds them. */
        public int depth() {
            return depthOf(leaves);
        }

        /** The root of a tree of those so far; empty if there are none. */
        public SumNode node() {
            SumNode right = null;
            for (int level = 0; level < complete.size() - 1; level++) {
                SumNode left = complete.get(level);
                if (left != null) {
                    right = SumNode.join(left, right == null ? SumNode.EMPTY : right);
                } else if (right != null) {
                    right = SumNode.join(right, SumNode.EMPTY);
                }
            }
            SumNode top = complete.isEmpty() ? null : complete.get(complete.size() - 1);
            if (top == null) {
                return SumNode.EMPTY;
            }
            return right == null ? top : SumNode.join(top, right);
        }
    }

    /** Nodes of each level, leaves first; what is missing on the right is empty. */
    private final List<List<SumNode>> levels = new ArrayList<>();

    /**
     * Builds all levels; a tree of n leaves has ceil(log2 n) above them.
     *
     * @throws ArithmeticException if the sum of all leaves does not fit 63 bits
     */
    public MerkleSumTree(List<SumNode> leaves) {
        List<SumNode> level = List.copyOf(leaves);
        levels.add(level);
        while (level.size() > 1) {
            List<SumNode> above = new ArrayList<>((level.size() + 1) / 2);
            for (int i = 0; i < level.size(); i += 2) {
                above.add(SumNode.join(level.get(i), nodeOf(level, i + 1)));
            }
            level = above;
            levels.add(level);
        }
    }

    /** Levels above {@code leaves}: as few as hold them. */
    public static int depthOf(int leaves) {
        return leaves < 2 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(leaves - 1);
    }

    /** The root, empty if there are no leaves. */
    public SumNode root() {
        return nodeOf(levels.get(depth()), 0);
    }

    /** Levels above the leaves. */
    public int depth() {
        return levels.size() - 1;
    }

    /** Siblings of the path from leaf {@code index} to the root, bottom-up. */
    public List<SumNode> siblings(int index) {
        if (index < 0 || index >= levels.get(0).size()) {
            throw new IllegalArgumentException(
                    "leaf " + index + " of a tree with " + levels.get(0).size() + " leaves");
        }
        List<SumNode> siblings = new ArrayList<>(depth());
        int at = index;
        for (int level = 0; level < depth(); level++) {
            siblings.add(nodeOf(levels.get(level), at ^ 1));
            at >>= 1;
        }
        return siblings;
    }

    /**
     * Whether the leaf lies at ({@code shard}, {@code index}) of the tree with that root, as the
     * vault's {@code verifyReceipt} decides it. The path's bits, lowest first, are those of the
     * index, then {@code shardDepth} bits of the shard.
     *
     * @param siblings bottom-up; whatever an adversary gives, the answer is only yes or no
     */
    public static boolean verify(
            SumNode leaf,
            int shard,
            int index,
            int shardDepth,
            List<SumNode> siblings,
            SumNode root) {
        int shardLevels = siblings.size() - shardDepth;
        // Every bit of index and shard is a turn of the path, so a leaf has one position only.
        if (shardLevels < 0
                || siblings.size() >= Long.SIZE
                || (long) index >> shardLevels != 0
                || (long) shard >> shardDepth != 0) {
            return false;
        }
        long path = (long) shard << shardLevels | index;
        SumNode node = leaf;
        for (SumNode sibling : siblings) {
            if (sibling.sumNano() > Long.MAX_VALUE - node.sumNano() || claimsWithoutHash(sibling)) {
                return false;
            }
            node = (path & 1) == 0 ? SumNode.join(node, sibling) : SumNode.join(sibling, node);
            path >>= 1;
        }
        return node.equals(root);
    }

    private static boolean claimsWithoutHash(SumNode node) {
        return node.sumNano() != 0
                && new SumNode(node.hash(), 0).isEmpty(); // nothing below, and yet a sum
    }

    private static SumNode nodeOf(List<SumNode> level, int index) {
        return index < level.size() ? level.get(index) : SumNode.EMPTY;
    }
}
