package io.millrace.watch.act;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.hash.MerkleSum.Node;
import java.util.List;

/**
 * A leaf and its path to the root.
 *
 * @param siblings bottom-up
 */
public record ProvenLeaf(SealedLeaf leaf, List<Node> siblings) {

    /** Copies. */
    public ProvenLeaf {
        requireNonNull(leaf, "leaf is null");
        siblings = List.copyOf(siblings);
    }

    /** The receipt, with its path in {@code tree}. */
    public static ProvenLeaf of(Receipt receipt, EpochTree tree) {
        return new ProvenLeaf(SealedLeaf.of(receipt), tree.path(receipt.shard(), receipt.index()));
    }
}
