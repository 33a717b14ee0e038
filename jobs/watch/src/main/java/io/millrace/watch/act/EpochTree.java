package io.millrace.watch.act;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.utils.Numeric;

/**
 * The Merkle-sum tree of one epoch, of the receipts that there are. What is missing is empty, and
 * whether the tree is the header's is to be asked: nothing that a topic holds makes it throw. About
 * a hundred bytes a leaf.
 */
public final class EpochTree {

    /** A path in the vault's tree turns by the bits of a shard and an index of 32 bits each. */
    private static final int MOST_LEVELS_OF_A_SHARD = 32;

    private static final int MOST_LEVELS_OF_SHARDS = 16;

    /**
     * What a header can tell: above 32 levels a shard's tree has nothing beside its first place.
     */
    private static final int MOST_LEVELS = 255;

    /**
     * The leaves of one account.
     *
     * @param shard of the first that came
     * @param firstIndex lowest index
     * @param lastIndex highest index
     * @param firstSequence number of the charge at {@code firstIndex}
     * @param lastSequence number of the charge at {@code lastIndex}
     * @param leaves how many there are, in any shard
     * @param debitNano their debits
     * @param oneShard whether all of them are in one
     */
    public record Row(
            long shard,
            long firstIndex,
            long lastIndex,
            long firstSequence,
            long lastSequence,
            long leaves,
            BigInteger debitNano,
            boolean oneShard) {

        /** Whether first and last answer for what lies between them. */
        public boolean isUnbroken() {
            return oneShard
                    && lastIndex - firstIndex + 1 == leaves
                    && lastSequence - firstSequence == lastIndex - firstIndex;
        }

        private Row with(Receipt receipt) {
            long index = receipt.index();
            long sequence = receipt.charge().sequence();
            boolean first = index < firstIndex;
            boolean last = index > lastIndex;
            return new Row(
                    shard,
                    first ? index : firstIndex,
                    last ? index : lastIndex,
                    first ? sequence : firstSequence,
                    last ? sequence : lastSequence,
                    leaves + 1,
                    debitNano.add(receipt.charge().debitNano()),
                    oneShard && receipt.shard() == shard);
        }
    }

    private final List<SumLevel> levels = new ArrayList<>();
    private final Map<Long, Row> rows;
    private final int shardLevels;
    private final int paddedLevels;
    private final int shardDepth;
    private final int claimedLevels;
    private final long strays;

    private EpochTree(Builder builder) {
        rows = Map.copyOf(builder.rows);
        shardLevels = builder.shardLevels;
        claimedLevels = builder.claimedLevels;
        SumLevel level = builder.leaves.sorted();
        strays = builder.strays + builder.leaves.size() - level.size();
        levels.add(level);
        shardDepth = builder.shardDepth;
        paddedLevels = Math.max(0, Math.min(MOST_LEVELS, claimedLevels) - shardDepth - shardLevels);
        for (int i = 0; i < shardLevels + paddedLevels + shardDepth; i++) {
            level = isPadded(i) ? level.padded() : level.parents();
            levels.add(level);
        }
    }

    /** Takes the receipts of an epoch, in any order. One thread. */
    public static final class Builder {

        private final SumLevel leaves = new SumLevel(16);
        private final Map<Long, Row> rows = new HashMap<>();
        private final TypedHashes hashes;
        private final int shardDepth;
        private final int shardLevels;
        private final int claimedLevels;
        private long strays;

        /**
         * For one epoch.
         *
         * @param shardDepth the vault's
         * @param levels the header's
         */
        public Builder(TypedHashes hashes, int shardDepth, long levels) {
            this.hashes = hashes;
            this.shardDepth = Math.min(shardDepth, MOST_LEVELS_OF_SHARDS);
            claimedLevels = (int) Math.min(levels, Integer.MAX_VALUE);
            shardLevels =
                    Math.max(0, Math.min(MOST_LEVELS_OF_A_SHARD, claimedLevels - this.shardDepth));
        }

        /** Adds one, or counts it as a stray if the tree has no such place or its sum no room. */
        public void add(Receipt receipt) {
            BigInteger debitNano = receipt.charge().debitNano();
            boolean place =
                    receipt.index() >> shardLevels == 0 && receipt.shard() >> shardDepth == 0;
            if (!place || debitNano.bitLength() >= Long.SIZE) {
                strays++;
                return;
            }
            leaves.add(
                    receipt.shard() << shardLevels | receipt.index(),
                    Numeric.hexStringToByteArray(hashes.receipt(receipt)),
                    debitNano.longValueExact());
            rows.compute(
                    receipt.charge().requesterAccount(),
                    (account, row) -> row == null ? first(receipt) : row.with(receipt));
        }

        /** The tree of what was added. */
        public EpochTree build() {
            return new EpochTree(this);
        }

        private static Row first(Receipt receipt) {
            long sequence = receipt.charge().sequence();
            return new Row(
                    receipt.shard(),
                    receipt.index(),
                    receipt.index(),
                    sequence,
                    sequence,
                    1,
                    receipt.charge().debitNano(),
                    true);
        }
    }

    /** The tree of {@code receipts}, that are all of one epoch. */
    public static EpochTree of(
            Iterable<Receipt> receipts, TypedHashes hashes, int shardDepth, long levels) {
        Builder builder = new Builder(hashes, shardDepth, levels);
        receipts.forEach(builder::add);
        return builder.build();
    }

    /** Hash and sum. */
    public Node root() {
        return levels.get(levels.size() - 1).node(0);
    }

    /** Leaves that it has. */
    public long count() {
        return levels.get(0).size();
    }

    /** Receipts that are not in it: their place was taken, or is none. */
    public long strays() {
        return strays;
    }

    /**
     * Whether this is, whole, what {@code header} commits to. It does by root and sum: how many
     * receipts there are it only tells, and nothing holds its settler to that.
     */
    public boolean matches(Header header) {
        return header.levels() == claimedLevels
                && levels.size() - 1 == claimedLevels
                && !levels.get(levels.size() - 1).overflows()
                && root().hash().equals(header.receiptsRoot())
                && root().sumNano().equals(header.receiptsSumNano());
    }

    /**
     * The siblings of a place on the way to the root, bottom-up, whether or not anything lies
     * there.
     *
     * @throws IllegalArgumentException if the tree has no such place
     */
    public List<Node> path(long shard, long index) {
        long at = shard << shardLevels | index;
        if (shard < 0 || index < 0 || index >> shardLevels != 0 || shard >> shardDepth != 0) {
            throw new IllegalArgumentException(
                    "a tree of %d levels has no place %d in shard %d"
                            .formatted(levels.size() - 1, index, shard));
        }
        List<Node> siblings = new ArrayList<>();
        for (int level = 0; level < levels.size() - 1; level++) {
            siblings.add(isPadded(level) ? MerkleSum.EMPTY : levels.get(level).node(at ^ 1));
            at >>= isPadded(level) ? 0 : 1;
        }
        return siblings;
    }

    /** Whether the nodes of a level have nothing beside them, by their height. */
    private boolean isPadded(int level) {
        return level >= shardLevels && level < shardLevels + paddedLevels;
    }

    /** Whether a leaf lies there. */
    public boolean has(long shard, long index) {
        return !levels.get(0).node(shard << shardLevels | index).equals(MerkleSum.EMPTY);
    }

    /** The leaves of {@code account}, empty if it has none. */
    public Optional<Row> rowOf(long account) {
        return Optional.ofNullable(rows.get(account));
    }
}
