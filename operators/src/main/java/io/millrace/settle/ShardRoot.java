package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Release;
import java.util.List;

/**
 * What one settlement shard cut at one barrier: the root of its Merkle-sum subtree and the postings
 * below it.
 *
 * @param cut checkpoint id of the barrier
 * @param shard 0..2^depth-1
 * @param root 0x-hex of 32 bytes, zero if there are no receipts
 * @param sumNano the root's sum
 * @param receipts leaves
 * @param debits per spending account, ascending, positive
 * @param credits per earning account, ascending, positive
 * @param releases withdrawals to release, ascending by account
 */
public record ShardRoot(
        long cut,
        int shard,
        String root,
        long sumNano,
        int receipts,
        List<AccountAmount> debits,
        List<AccountAmount> credits,
        List<Release> releases) {

    /** Checks and copies. */
    public ShardRoot {
        requireNonNull(root, "root is null");
        debits = List.copyOf(debits);
        credits = List.copyOf(credits);
        releases = List.copyOf(releases);
    }

    /** Levels between its leaves and its root: no more than they need. */
    int depth() {
        return MerkleSumTree.depthOf(receipts);
    }

    /** Its root in a tree whose shards all have {@code depth} levels. */
    SumNode paddedTo(int depth) {
        return SumNode.of(root, sumNano).raised(depth - depth());
    }
}
