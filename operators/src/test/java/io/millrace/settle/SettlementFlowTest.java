package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedTotals;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges = settled, exactly once and to the nano-USD (M3-M5, M10), whatever checkpoints do. */
@SuppressWarnings("try") // a harness may throw anything at close, and then the test fails
class SettlementFlowTest {

    /** Every bound small, so that dust, overflow, split epochs and heartbeats all happen. */
    private static final SettleOptions OPTIONS =
            new SettleOptions(3, 2, 300, 2, 5, 4, new PartLimits(300_000, 2_000));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void settlement_checkpointsFailOvertakeAndCrash_everyChargeSealedOnce(long seed)
            throws Exception {
        Random random = new Random(seed);
        List<Charge> charges = charges(random);
        try (SettlementFlow flow = new SettlementFlow(OPTIONS, charges, random)) {
            for (int step = 0; step < 60; step++) {
                flow.feed(random.nextInt(8));
                switch (random.nextInt(6)) {
                    case 0 -> flow.halfCheckpoint();
                    case 1 -> flow.unalignedCheckpoint();
                    case 2 -> flow.alignedCheckpoint(false);
                    case 3 -> flow.crash();
                    default -> flow.alignedCheckpoint(true);
                }
            }
            flow.feed(charges.size());
            for (int step = 0; step < 60; step++) {
                flow.alignedCheckpoint(true);
            }

            requireOnce(seed, charges, flow.sealed());
            requireChain(seed, flow.parts());
            requireBooks(seed, charges, flow.parts());
            requireRoots(seed, flow.parts(), flow.sealed());
        }
    }

    private static List<Charge> charges(Random random) {
        List<Charge> charges = new ArrayList<>();
        long[] sequences = new long[40];
        for (int i = 0; i < 300; i++) {
            int account = 1 + random.nextInt(sequences.length - 1);
            long debitNano = random.nextInt(4) == 0 ? 0 : random.nextInt(400);
            charges.add(charge(account, ++sequences[account], debitNano));
        }
        return charges;
    }

    private static void requireOnce(long seed, List<Charge> charges, List<Receipt> sealed) {
        assertThat(sealed).as("receipts, seed %s", seed).hasSameSizeAs(charges);
        assertThat(new HashSet<>(sealed.stream().map(Receipt::charge).toList()))
                .as("charges, seed %s", seed)
                .isEqualTo(new HashSet<>(charges));
    }

    private static void requireChain(long seed, List<SealedPart> parts) {
        String previous = Hex.ZERO_32;
        long epoch = 1;
        int number = 0;
        for (SealedPart part : parts) {
            EpochHeader header = part.header();
            assertThat(header.previousHeader()).as("seed %s", seed).isEqualTo(previous);
            assertThat(header.epoch()).as("seed %s", seed).isEqualTo(epoch);
            assertThat(header.part()).as("seed %s", seed).isEqualTo(number);
            previous = part.hash();
            boolean last = ++number == header.parts();
            epoch += last ? 1 : 0;
            number = last ? 0 : number;
        }
        assertThat(number).as("an epoch is incomplete, seed %s", seed).isZero();
    }

    private static void requireBooks(long seed, List<Charge> charges, List<SealedPart> parts) {
        Map<Integer, Long> debits = new TreeMap<>();
        Map<Integer, Long> credits = new TreeMap<>();
        for (Charge charge : charges) {
            Amounts.add(debits, charge.requesterAccount(), charge.debitNano());
            Amounts.add(credits, charge.providerAccount(), charge.creditNano());
            Amounts.add(credits, EarnedTotals.TREASURY, charge.feeNano());
        }
        Map<Integer, Long> debited = new TreeMap<>();
        Map<Integer, Long> credited = new TreeMap<>();
        for (SealedPart part : parts) {
            PackedWords.unpack(part.words().debitSlots(), part.words().debits())
                    .forEach(a -> Amounts.add(debited, a.account(), a.amountNano()));
            PackedWords.unpack(part.words().creditSlots(), part.words().credits())
                    .forEach(a -> Amounts.add(credited, a.account(), a.amountNano()));
        }
        assertThat(debited).as("debits, nano-USD, seed %s", seed).isEqualTo(debits);
        assertThat(credited).as("credits, nano-USD, seed %s", seed).isEqualTo(credits);
    }

    /** Anyone who has the receipts of an epoch rebuilds the root and sum of its header. */
    private static void requireRoots(long seed, List<SealedPart> parts, List<Receipt> sealed) {
        ReceiptLeaf leaf = new ReceiptLeaf(DOMAIN);
        List<Receipt> ordered = new ArrayList<>(sealed);
        ordered.sort(Comparator.comparingInt(Receipt::index));
        for (SealedPart part : parts) {
            EpochHeader header = part.header();
            List<MerkleSumTree> shards = new ArrayList<>();
            long count = 0;
            for (int shard = 0; shard < OPTIONS.shards(); shard++) {
                List<SumNode> leaves = new ArrayList<>();
                for (Receipt r : ordered) {
                    if (r.epoch() == header.epoch() && r.shard() == shard) {
                        leaves.add(leaf.of(r.charge(), shard, r.index(), r.earnedBefore()));
                    }
                }
                count += leaves.size();
                shards.add(new MerkleSumTree(leaves));
            }
            int depth = shards.stream().mapToInt(MerkleSumTree::depth).max().orElseThrow();
            List<SumNode> roots = new ArrayList<>();
            shards.forEach(shard -> roots.add(shard.root().raised(depth - shard.depth())));
            SumNode root = new MerkleSumTree(roots).root();
            assertThat(header.levels()).isEqualTo(OPTIONS.shardDepth() + depth);
            assertThat(root)
                    .as("root of epoch %s, seed %s", header.epoch(), seed)
                    .isEqualTo(SumNode.of(header.receiptsRoot(), header.receiptsSumNano()));
            assertThat(header.receiptsCount()).as("seed %s", seed).isEqualTo(count);
        }
    }
}
