package io.millrace.watch.act;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.audit.hash.MerkleSum.Subtree;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.crypto.Hash;

class EpochTreeTest {

    private static final int SHARD_DEPTH = 4;
    private static final String ID = Hash.sha3String("request");
    private static final TypedHashes HASHES = new TypedHashes(1, "0x" + "aa".repeat(20));

    /** Against the audit's tree, which is built leaf by leaf. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 17, 400})
    void tree_ofAnyOrder_hasTheAuditsRootAndPathsThatLeadThere(int receipts) {
        Random random = new Random(receipts);
        List<Receipt> all = epoch(receipts, random);
        Map<Long, Subtree> shards = shards(all);
        int height = MerkleSum.highest(shards);
        Collections.shuffle(all, random);

        EpochTree tree = EpochTree.of(all, HASHES, SHARD_DEPTH, SHARD_DEPTH + height);

        assertThat(tree.root()).isEqualTo(MerkleSum.root(shards, SHARD_DEPTH));
        assertThat(tree.count()).isEqualTo(receipts);
        assertThat(tree.strays()).isZero();
        for (Receipt receipt : all) {
            assertThat(climb(leaf(receipt), receipt.shard(), receipt.index(), tree, height))
                    .isEqualTo(tree.root());
        }
        for (long shard = 0; shard < 1 << SHARD_DEPTH; shard++) {
            for (long index = 0; index < 1L << height; index++) {
                if (!tree.has(shard, index)) {
                    assertThat(climb(MerkleSum.EMPTY, shard, index, tree, height))
                            .isEqualTo(tree.root());
                }
            }
        }
    }

    /** A header may tell any height, and the tribunal climbs it. */
    @ParameterizedTest
    @ValueSource(ints = {5, 32, 33, 40, 200})
    void tree_higherThanItHasToBe_pathsLeadToItsRoot(int height) {
        Random random = new Random(height);
        List<Receipt> all = epoch(20, random);

        EpochTree tree = EpochTree.of(all, HASHES, SHARD_DEPTH, SHARD_DEPTH + height);

        for (Receipt receipt : all) {
            BigInteger path =
                    BigInteger.valueOf(receipt.shard())
                            .shiftLeft(height)
                            .or(BigInteger.valueOf(receipt.index()));
            List<Node> siblings = tree.path(receipt.shard(), receipt.index());
            Node node = leaf(receipt);
            for (int level = 0; level < siblings.size(); level++) {
                node =
                        path.testBit(level)
                                ? MerkleSum.parent(siblings.get(level), node)
                                : MerkleSum.parent(node, siblings.get(level));
            }
            assertThat(siblings).hasSize(SHARD_DEPTH + height);
            assertThat(node).isEqualTo(tree.root());
        }
        assertThat(tree.matches(header(tree, SHARD_DEPTH + height, 7))).isTrue();
        assertThat(tree.matches(header(tree, SHARD_DEPTH + height + 1, 20))).isFalse();
    }

    private static Header header(EpochTree tree, long levels, long count) {
        String none = MerkleSum.EMPTY.hash();
        return new Header(
                none,
                1,
                0,
                1,
                tree.root().hash(),
                tree.root().sumNano(),
                count,
                levels,
                tree.root().sumNano(),
                none,
                none,
                1);
    }

    @Test
    void row_ofAnAccount_isUnbrokenUntilALeafIsMissing() {
        List<Receipt> all = new ArrayList<>();
        for (long index = 0; index < 5; index++) {
            all.add(receipt(3, index, 3, 10 + index, 7));
        }

        EpochTree whole = EpochTree.of(all, HASHES, SHARD_DEPTH, SHARD_DEPTH + 3);
        all.remove(2);
        EpochTree broken = EpochTree.of(all, HASHES, SHARD_DEPTH, SHARD_DEPTH + 3);

        EpochTree.Row row = whole.rowOf(3).orElseThrow();
        assertThat(row.isUnbroken()).isTrue();
        assertThat(row.debitNano()).isEqualTo(35);
        assertThat(List.of(row.firstIndex(), row.lastIndex())).containsExactly(0L, 4L);
        assertThat(broken.rowOf(3).orElseThrow().isUnbroken()).isFalse();
        assertThat(broken.path(3, 2)).as("what is missing is empty").hasSize(SHARD_DEPTH + 3);
        assertThat(whole.rowOf(4)).isEmpty();
    }

    /** Anybody who can write the topic can write this. */
    @Test
    void receipt_thatNoTreeHasRoomFor_isAStray() {
        EpochTree tree =
                EpochTree.of(
                        List.of(
                                receipt(3, 0, 3, 1, 5),
                                receipt(3, 0, 4, 1, 6), // its place is taken
                                receipt(3, 1L << 40, 3, 2, 5),
                                receipt(99, 0, 3, 3, 5),
                                receipt(3, 1, 3, 2, BigInteger.ONE.shiftLeft(63))),
                        HASHES,
                        SHARD_DEPTH,
                        SHARD_DEPTH + 1);

        assertThat(tree.count()).isEqualTo(1);
        assertThat(tree.strays()).isEqualTo(4);
        assertThat(tree.root().sumNano()).isEqualTo(5);
    }

    @Test
    void place_outsideOfTheTree_refused() {
        EpochTree tree =
                EpochTree.of(List.of(receipt(3, 0, 3, 1, 5)), HASHES, SHARD_DEPTH, SHARD_DEPTH);

        assertThatThrownBy(() -> tree.path(3, 1)).hasMessageContaining("no place 1 in shard 3");
        assertThatThrownBy(() -> tree.path(16, 0)).hasMessageContaining("no place 0 in shard 16");
    }

    private static List<Receipt> epoch(int receipts, Random random) {
        Map<Long, Long> next = new TreeMap<>();
        List<Receipt> all = new ArrayList<>();
        for (int i = 0; i < receipts; i++) {
            long shard = random.nextInt(1 << SHARD_DEPTH);
            long index = next.merge(shard, 1L, Long::sum) - 1;
            all.add(receipt(shard, index, shard, index + 1, random.nextInt(1_000)));
        }
        return all;
    }

    private static Map<Long, Subtree> shards(List<Receipt> all) {
        Map<Long, Subtree> shards = new TreeMap<>();
        all.forEach(
                receipt ->
                        shards.computeIfAbsent(receipt.shard(), shard -> new Subtree())
                                .add(leaf(receipt)));
        return shards;
    }

    private static Node leaf(Receipt receipt) {
        return new Node(HASHES.receipt(receipt), receipt.charge().debitNano());
    }

    private static Node climb(Node leaf, long shard, long index, EpochTree tree, int height) {
        long path = shard << height | index;
        Node node = leaf;
        for (Node sibling : tree.path(shard, index)) {
            node =
                    (path & 1) == 0
                            ? MerkleSum.parent(node, sibling)
                            : MerkleSum.parent(sibling, node);
            path >>= 1;
        }
        return node;
    }

    private static Receipt receipt(
            long shard, long index, long account, long sequence, long debitNano) {
        return receipt(shard, index, account, sequence, BigInteger.valueOf(debitNano));
    }

    private static Receipt receipt(
            long shard, long index, long account, long sequence, BigInteger debitNano) {
        return new Receipt(
                1,
                shard,
                index,
                new EarnedBefore(BigInteger.ZERO, BigInteger.ZERO),
                new Charge(
                        ID,
                        "0x" + "11".repeat(20),
                        account,
                        sequence,
                        "0x" + "22".repeat(20),
                        1,
                        ID,
                        BigInteger.ONE,
                        BigInteger.ONE,
                        1,
                        500,
                        debitNano,
                        debitNano,
                        BigInteger.ZERO,
                        "ANSWERED",
                        ID,
                        1,
                        new Position(0, 0)));
    }
}
