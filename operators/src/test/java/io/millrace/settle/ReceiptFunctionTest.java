package io.millrace.settle;

import static io.millrace.settle.Charges.charge;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.processingTime;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.settle.ShardCutOperator.Pace;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceiptFunctionTest {

    private static final int SHARDS = 3;

    private static RestoringHarness<CutReceipt, EpochAssignment, Receipt> harness() {
        return harness(Pace.DEFAULT);
    }

    private static RestoringHarness<CutReceipt, EpochAssignment, Receipt> harness(Pace pace) {
        return RestoringHarness.keyedOperator(
                () -> new ReceiptFunction.Operator(pace),
                CutReceipt::shard,
                EpochAssignment::shard,
                Types.INT);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void receipts_inAnyOrderOfArrival_leaveNumberedAndOrdered(Feeding feeding) {
        long seed = 31;
        List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items =
                new ArrayList<>(
                        List.of(
                                first(cut(10, 1, 0)),
                                first(cut(10, 1, 1)),
                                first(cut(10, 1, 2)),
                                first(cut(20, 1, 0)),
                                first(cut(10, 2, 0)),
                                second(new EpochAssignment(4, 10, 1, 3)),
                                second(new EpochAssignment(5, 20, 1, 1)),
                                second(new EpochAssignment(4, 10, 2, 1)),
                                second(new EpochAssignment(6, 30, 1, 0))));
        for (int round = 0; round < 8; round++) {
            RestoringHarness.Run<Receipt> run = harness().run(feeding, items);

            String note = "seed " + seed + ", round " + round;
            assertThat(run.main())
                    .as(note)
                    .containsExactlyInAnyOrder(
                            cut(10, 1, 0).numbered(4),
                            cut(10, 1, 1).numbered(4),
                            cut(10, 1, 2).numbered(4),
                            cut(20, 1, 0).numbered(5),
                            cut(10, 2, 0).numbered(4));
            assertThat(run.main().stream().filter(r -> r.cut() == 10 && r.shard() == 1))
                    .as(note)
                    .extracting(Receipt::index)
                    .containsExactly(0, 1, 2);
            assertThat(run.stateEntries()).as("state left, " + note).isZero();
            Collections.shuffle(items, new Random(seed + round));
        }
    }

    /** The chain of headers starts at 1, so 0 would name an epoch that no one can look up. */
    @Test
    void receipt_withoutAnEpoch_isNone() {
        assertThatThrownBy(() -> cut(10, 1, 0).numbered(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of epoch 0, the first is 1");
    }

    @Test
    void receipts_withoutAssignment_wait() {
        RestoringHarness.Run<Receipt> run =
                harness()
                        .run(
                                Feeding.RESTORE_BETWEEN,
                                first(cut(10, 1, 0)),
                                second(new EpochAssignment(4, 20, 1, 1)));

        assertThat(run.main()).isEmpty();
        assertThat(run.stateEntries()).isPositive();
    }

    /** The counts fit, a receipt does not: the proof of one charge would never have been given. */
    @Test
    void receipts_oneMissingAmongAsManyAsAssigned_stopsForGood() {
        assertThatThrownBy(
                        () ->
                                harness()
                                        .run(
                                                Feeding.ALL_AT_ONCE,
                                                first(cut(10, 1, 1)),
                                                first(cut(10, 1, 2)),
                                                second(new EpochAssignment(4, 10, 1, 2))))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("receipt 0 of cut 10 in shard 1 is missing");
    }

    /** A checkpoint took three seconds because it waited for the receipts of a whole shard. */
    @Test
    void assignment_ofManyReceipts_holdsTheBarrierForNoMoreThanItsShare() {
        var run =
                harness(new Pace(3, 2))
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(cut(10, 1, 0)),
                                first(cut(10, 1, 1)),
                                first(cut(10, 1, 2)),
                                first(cut(10, 1, 3)),
                                first(cut(10, 2, 0)),
                                first(cut(10, 2, 1)),
                                second(new EpochAssignment(4, 10, 1, 4)),
                                second(new EpochAssignment(4, 10, 2, 2)),
                                barrier(10));

        assertThat(run.main()).extracting(Receipt::index).containsExactly(0, 1, 2);
        assertThat(run.stateEntries()).isPositive();
    }

    /** An audit tells what is on its way from what is held back by the checkpoints since. */
    @Test
    void receipts_noTimeBetweenRecords_leaveWithinSixtyFourCheckpoints() {
        List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items = new ArrayList<>();
        for (int index = 0; index < 319; index++) {
            items.add(first(cut(10, 1, index)));
        }
        items.add(second(new EpochAssignment(4, 10, 1, 319)));
        items.add(barrier(10));
        for (int barrier = 11; barrier < 10 + ReceiptFunction.Shares.CHECKPOINTS; barrier++) {
            items.add(first(cut(barrier, 1, 0)));
            items.add(second(new EpochAssignment(barrier, barrier, 1, 1)));
            items.add(barrier(barrier));
        }
        var most = harness(new Pace(1, 1)).run(Feeding.ALL_AT_ONCE, items);
        items.add(barrier(10 + ReceiptFunction.Shares.CHECKPOINTS));
        var all = harness(new Pace(1, 1)).run(Feeding.ALL_AT_ONCE, items);

        assertThat(most.main()).filteredOn(receipt -> receipt.cut() == 10).hasSizeLessThan(319);
        assertThat(all.main()).filteredOn(receipt -> receipt.cut() == 10).hasSize(319);
    }

    /** Else its receipts would be missing though nothing that is under way excuses them. */
    @Test
    void receipts_behindALargeCutThatHasEnded_firstOfThemInTheNextCheckpoint() {
        List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items = new ArrayList<>();
        for (int index = 0; index < 5; index++) {
            items.add(first(cut(10, 1, index)));
            items.add(first(cut(20, 1, index)));
        }
        items.add(second(new EpochAssignment(4, 10, 1, 5)));
        items.add(second(new EpochAssignment(5, 20, 1, 5)));
        items.add(barrier(20));
        items.add(processingTime(10));
        var between = harness(new Pace(3, 2)).run(Feeding.ALL_AT_ONCE, items);
        items.add(barrier(21));
        var after = harness(new Pace(3, 2)).run(Feeding.ALL_AT_ONCE, items);

        assertThat(between.main()).extracting(Receipt::epoch).containsExactly(4L, 4L, 4L, 4L, 4L);
        assertThat(after.main()).filteredOn(receipt -> receipt.epoch() == 5).hasSize(3);
    }

    @Test
    void assignments_ofSeveralEpochs_eachHasItsFirstInTheCheckpoint() {
        var run =
                harness(new Pace(2, 1))
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(cut(10, 1, 0)),
                                first(cut(10, 1, 1)),
                                first(cut(20, 2, 0)),
                                first(cut(20, 2, 1)),
                                second(new EpochAssignment(4, 10, 1, 2)),
                                second(new EpochAssignment(5, 20, 2, 2)),
                                barrier(20));

        assertThat(run.main()).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void receipts_leaveBitByBit_sameAsAtOnceAndEachShardInOrder(Feeding feeding) {
        for (long seed = 1; seed <= (feeding == Feeding.ALL_AT_ONCE ? 40 : 1); seed++) {
            Pace pace = new Pace((int) (seed % 4), 1 + (int) (seed % 3));
            List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items = items(seed);

            var slow = harness(pace).run(feeding, items);
            var atOnce = harness().run(Feeding.ALL_AT_ONCE, items);

            String as = "seed " + seed;
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(of(shard, slow)).as(as).isEqualTo(of(shard, atOnce));
            }
            assertThat(slow.stateEntries()).as(as).isZero();
        }
    }

    /** Nothing may follow the end of a drained input, and nothing may be left. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void finish_receiptsStillLeave_allHaveLeft(Feeding feeding) {
        var run =
                harness(new Pace(1, 1))
                        .run(
                                feeding,
                                first(cut(10, 1, 0)),
                                first(cut(10, 1, 1)),
                                first(cut(10, 1, 2)),
                                first(cut(10, 1, 3)),
                                first(cut(10, 1, 4)),
                                first(cut(10, 1, 5)),
                                first(cut(20, 1, 0)),
                                second(new EpochAssignment(4, 10, 1, 6)),
                                second(new EpochAssignment(5, 20, 1, 1)),
                                act(
                                        harness ->
                                                ((TwoInputStreamOperatorTestHarness<?, ?, ?>)
                                                                harness)
                                                        .getOperator()
                                                        .finish()));

        assertThat(run.main())
                .extracting(receipt -> receipt.epoch() + "/" + receipt.index())
                .containsExactly("4/0", "4/1", "4/2", "4/3", "4/4", "4/5", "5/0");
        assertThat(run.stateEntries()).isZero();
    }

    /**
     * Of each shard the cuts come in their order, its receipts before or behind what assigns them.
     */
    private static List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items(long seed) {
        Random random = new Random(seed);
        List<RestoringHarness.Item<CutReceipt, EpochAssignment>> items = new ArrayList<>();
        long millis = 0;
        for (int epoch = 1; epoch <= 4; epoch++) {
            for (int shard = 0; shard < SHARDS; shard++) {
                int count = random.nextInt(9);
                int assigned = random.nextInt(count + 1);
                for (int index = 0; index <= count; index++) {
                    if (index == assigned) {
                        items.add(second(new EpochAssignment(epoch, epoch * 10L, shard, count)));
                    }
                    if (index < count) {
                        items.add(first(cut(epoch * 10L, shard, index)));
                    }
                    if (random.nextInt(3) == 0) {
                        millis += 10;
                        items.add(processingTime(millis));
                    }
                }
            }
        }
        for (int receipt = 0; receipt < 4 * SHARDS * 9; receipt++) {
            millis += 10;
            items.add(processingTime(millis));
        }
        return items;
    }

    private static List<Receipt> of(int shard, RestoringHarness.Run<Receipt> run) {
        return run.main().stream().filter(receipt -> receipt.shard() == shard).toList();
    }

    private static CutReceipt cut(long cut, int shard, int index) {
        return new CutReceipt(
                cut, shard, index, EarnedBefore.NOTHING, charge(shard, cut * 100 + index, 5));
    }
}
