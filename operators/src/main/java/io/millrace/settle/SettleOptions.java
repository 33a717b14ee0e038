package io.millrace.settle;

import java.io.Serializable;

/**
 * How epochs are cut.
 *
 * @param shardDepth there are 2^shardDepth settlement shards; the vault's SHARD_DEPTH, fixed for
 *     the life of the ledger
 * @param cutEvery a checkpoint is a cut when its id is a multiple of this
 * @param dustMinNano a requester whose pending total is below is left out of a cut, whole (M10)
 * @param dustMaxCuts but not of more cuts than this
 * @param maxReceiptsPerCut receipts that one shard cuts at once (time at the barrier); what is
 *     beyond is carried, and of one requester the first by sequence go
 * @param heartbeatCuts after so many cuts without an epoch an empty one is sealed, so that the
 *     vault's escape hatch stays shut on a quiet stream; 0 for never
 * @param part limits of one part of an epoch
 */
public record SettleOptions(
        int shardDepth,
        int cutEvery,
        long dustMinNano,
        int dustMaxCuts,
        int maxReceiptsPerCut,
        int heartbeatCuts,
        PartLimits part)
        implements Serializable {

    /** The deepest top tree that the vault accepts. */
    public static final int MAX_SHARD_DEPTH = 16;

    public SettleOptions {
        require(shardDepth >= 0 && shardDepth <= MAX_SHARD_DEPTH, "shardDepth", shardDepth, "0-16");
        require(cutEvery >= 1, "cutEvery", cutEvery, "1 or more");
        require(dustMinNano >= 0, "dustMinNano", dustMinNano, "0 or more");
        require(dustMaxCuts >= 0, "dustMaxCuts", dustMaxCuts, "0 or more");
        require(maxReceiptsPerCut >= 1, "maxReceiptsPerCut", maxReceiptsPerCut, "1 or more");
        require(heartbeatCuts >= 0, "heartbeatCuts", heartbeatCuts, "0 or more");
    }

    /** Number of settlement shards. */
    public int shards() {
        return 1 << shardDepth;
    }

    /** The shard of a spending account. */
    public int shardOf(int account) {
        return shardOf(account, shardDepth);
    }

    /** The shard of a spending account among 2^{@code shardDepth}. */
    public static int shardOf(int account, int shardDepth) {
        return account & ((1 << shardDepth) - 1);
    }

    private static void require(boolean holds, String name, long value, String use) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", use " + use);
        }
    }
}
