package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.OPTIONS;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static io.millrace.testing.RestoringHarness.abortedBarrier;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardCutOperatorTest {

    private static RestoringHarness<Charge, Release, ShardRoot> harness() {
        return RestoringHarness.<Integer, Charge, Release, ShardRoot>keyedOperator(
                        () -> new ShardCutOperator(OPTIONS, DOMAIN),
                        charge -> OPTIONS.shardOf(charge.requesterAccount()),
                        release -> OPTIONS.shardOf(release.requesterAccount()),
                        Types.INT)
                .collecting(ShardCutOperator.RECEIPTS);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void cut_twoShards_eachGivesItsRootAndOrderedReceipts(Feeding feeding) {
        RestoringHarness.Run<ShardRoot> run =
                harness()
                        .run(
                                feeding,
                                first(charge(5, 1, 150)),
                                first(charge(2, 1, 300)),
                                first(charge(1, 2, 100)),
                                first(charge(1, 1, 200)),
                                second(release(9, 1, 77)),
                                barrier(1_000),
                                barrier(2_000));

        ShardCutter cutter = new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN));
        ShardCutter.Cut one =
                cutter.cut(
                        1_000,
                        1,
                        List.of(charge(1, 1, 200), charge(1, 2, 100), charge(5, 1, 150)),
                        List.of(release(9, 1, 77)));
        ShardCutter.Cut two = cutter.cut(1_000, 2, List.of(charge(2, 1, 300)), List.of());
        assertThat(run.main()).containsExactly(one.root(), two.root());
        List<CutReceipt> expected = new ArrayList<>(one.receipts());
        expected.addAll(two.receipts());
        assertThat(run.side(ShardCutOperator.RECEIPTS)).isEqualTo(expected);
        assertThat(run.stateEntries()).as("state left behind").isZero();
    }

    /** A user would have been charged twice, or not at all, had the failed cut been taken back. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void cut_checkpointFailsExactlyThere_nothingIsLostOrDoubled(Feeding feeding) {
        RestoringHarness.Run<ShardRoot> run =
                harness()
                        .run(
                                feeding,
                                first(charge(1, 1, 200)),
                                abortedBarrier(1_000),
                                first(charge(1, 2, 300)),
                                barrier(2_000));

        assertThat(run.main()).extracting(ShardRoot::cut).containsExactly(1_000L, 2_000L);
        assertThat(run.main()).extracting(ShardRoot::sumNano).containsExactly(200L, 300L);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void dust_isCarriedWholeUntilTooOldOrEnough(Feeding feeding) {
        RestoringHarness.Run<ShardRoot> run =
                harness()
                        .run(
                                feeding,
                                first(charge(1, 1, 60)),
                                first(charge(2, 1, 60)),
                                barrier(1_000),
                                first(charge(1, 2, 40)),
                                barrier(2_000),
                                barrier(3_000),
                                barrier(4_000));

        assertThat(run.main())
                .extracting(r -> r.cut() + " shard " + r.shard() + ": " + r.sumNano())
                .as("account 1 reaches 100 at the second cut, account 2 is carried twice")
                .containsExactly("2000 shard 1: 100", "3000 shard 2: 60");
        assertThat(run.stateEntries()).isZero();
    }

    @Test
    void dust_ofARequesterWhoWithdraws_goesWithTheRelease() {
        RestoringHarness.Run<ShardRoot> run =
                harness()
                        .run(
                                Feeding.RESTORE_BETWEEN,
                                first(charge(1, 1, 1)),
                                second(release(1, 3, 50)),
                                barrier(1_000));

        assertThat(run.main()).hasSize(1);
        assertThat(run.main().get(0).sumNano()).isEqualTo(1);
        assertThat(run.main().get(0).releases()).containsExactly(release(1, 3, 50));
    }

    @Test
    void barrier_thatIsNoCut_cutsNothing() {
        RestoringHarness.Run<ShardRoot> run =
                harness().run(Feeding.ALL_AT_ONCE, first(charge(1, 1, 500)), barrier(999));

        assertThat(run.main()).isEmpty();
    }

    @Test
    void finish_ofABoundedInput_cutsWhatIsLeftDustIncluded() {
        RestoringHarness.Run<ShardRoot> run =
                harness()
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(charge(1, 1, 500)),
                                first(charge(2, 1, 1)),
                                barrier(7),
                                act(h -> finish(h)),
                                barrier(1_000));

        assertThat(run.main()).extracting(ShardRoot::cut).containsExactly(8L, 8L);
        assertThat(run.main()).extracting(ShardRoot::sumNano).containsExactly(500L, 1L);
    }

    /** Two charges under one number: one of them would never have been settled. */
    @Test
    void cut_sequenceNumberTwice_stopsInsteadOfLosingMoney() {
        assertThatThrownBy(
                        () ->
                                harness()
                                        .run(
                                                Feeding.ALL_AT_ONCE,
                                                first(charge(1, 1, 500)),
                                                first(charge(1, 1, 200)),
                                                barrier(1_000)))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("a sequence number came twice");
    }

    private static void finish(Object harness) throws Exception {
        ((TwoInputStreamOperatorTestHarness<?, ?, ?>) harness).getOperator().finish();
    }
}
