package io.millrace.client;

import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;

/** The way from a leaf of a Merkle-sum tree to its root. */
final class MerklePath {

    private static final Pattern HASH = Pattern.compile("0x[0-9a-f]{64}");
    private static final int UINT64 = 64;
    private static final int LONGEST = UINT64 - 2;

    private MerklePath() {}

    /**
     * Whether {@code leaf} lies at this place of the tree with this root. The turns of the path,
     * bottom-up, are the bits of the index, lowest first, then those of the shard. Whatever an
     * adversary gives, the answer is only yes or no.
     *
     * @param shardDepth 2^shardDepth shards
     * @param siblings bottom-up
     */
    static boolean liesUnder(
            Node root, Node leaf, long shard, long index, int shardDepth, List<Node> siblings) {
        int shardLevels = siblings.size() - shardDepth;
        if (shardLevels < 0 || siblings.size() > LONGEST) {
            return false;
        }
        // Every bit of index and shard is a turn of the path, so a leaf has one place only.
        if (index < 0 || index >> shardLevels != 0 || shard < 0 || shard >> shardDepth != 0) {
            return false;
        }
        long turns = (shard << shardLevels) | index;
        Node node = leaf;
        for (Node sibling : siblings) {
            if (!isNode(sibling) || !isAmount(node.sumNano().add(sibling.sumNano()))) {
                return false;
            }
            node =
                    (turns & 1) == 0
                            ? MerkleSum.parent(node, sibling)
                            : MerkleSum.parent(sibling, node);
            turns >>= 1;
        }
        return node.equals(root);
    }

    private static boolean isNode(Node node) {
        boolean hasAmount = isAmount(node.sumNano());
        boolean isEmptyWithMoney =
                node.hash().equals(MerkleSum.EMPTY.hash()) && node.sumNano().signum() != 0;
        return hasAmount && !isEmptyWithMoney && HASH.matcher(node.hash()).matches();
    }

    private static boolean isAmount(BigInteger nano) {
        return nano.signum() >= 0 && nano.bitLength() <= UINT64;
    }
}
