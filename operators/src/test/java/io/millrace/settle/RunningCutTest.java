package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.processingTime;
import static io.millrace.testing.RestoringHarness.second;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.settle.ShardCutOperator.Pace;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import io.millrace.testing.RestoringHarness.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cuts that go on behind their barriers: what they hold is what a barrier that waits would cut. */
class RunningCutTest {

    private static final int MOST = 7;

    /** Two shards, dust below 100 nano-USD for two cuts, few receipts a cut. */
    private static final SettleOptions OPTIONS =
            new SettleOptions(1, 1_000, 100, 2, MOST, 0, PartLimits.DEFAULT);

    /** Long enough for two whole cuts of one charge a time. */
    private static final int TIMES = 2 * MOST + 2;

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void cut_goesOnBehindItsBarrier_sameAsOneThatTheBarrierWaitsFor(Feeding feeding) {
        for (long seed = 1; seed <= (feeding == Feeding.ALL_AT_ONCE ? 40 : 1); seed++) {
            List<Item<Charge, Release>> items = items(seed);
            Pace pace = new Pace((int) (seed % 4), 1 + (int) (seed % 3));

            var slow = harness(pace).run(feeding, items);
            var atOnce = harness(Pace.DEFAULT).run(Feeding.ALL_AT_ONCE, items);

            String as = "seed " + seed;
            assertThat(byPlace(slow.main())).as(as).isEqualTo(byPlace(atOnce.main()));
            assertThat(receipts(slow)).as(as).isEqualTo(receipts(atOnce));
            assertThat(slow.stateEntries()).as(as).isEqualTo(atOnce.stateEntries());
        }
    }

    /** A barrier waited for a million receipts, so that the checkpoint expired, again and again. */
    @Test
    void barrier_cutIsLarge_waitsForNoMoreThanItsShare() {
        var run =
                harness(new Pace(3, 2))
                        .run(
                                Feeding.ALL_AT_ONCE,
                                first(charge(2, 1, 500)),
                                first(charge(2, 2, 500)),
                                first(charge(2, 3, 500)),
                                first(charge(2, 4, 500)),
                                first(charge(2, 5, 500)),
                                barrier(1_000));

        assertThat(run.side(ShardCutOperator.RECEIPTS)).hasSize(3);
        assertThat(run.main()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void barrier_cutBeforeStillGoesOn_beginsNoOtherOfThatShard(Feeding feeding) {
        var run =
                harness(new Pace(0, 2))
                        .run(
                                feeding,
                                first(charge(2, 1, 500)),
                                first(charge(2, 2, 500)),
                                first(charge(2, 3, 500)),
                                barrier(1_000),
                                first(charge(2, 4, 500)),
                                first(charge(1, 1, 500)),
                                barrier(2_000),
                                processingTime(10),
                                processingTime(20),
                                processingTime(30),
                                processingTime(40),
                                barrier(3_000),
                                processingTime(50),
                                processingTime(60));

        assertThat(run.main())
                .extracting(r -> r.cut() + " shard " + r.shard() + ": " + r.receipts())
                .containsExactlyInAnyOrder("1000 shard 0: 3", "2000 shard 1: 1", "3000 shard 0: 1");
        assertThat(run.stateEntries()).isZero();
    }

    /**
     * A release that was heard while a cut went on missed the next one: the audit calls it late,
     * since an epoch reflects its block and does not have it.
     */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void barrier_releaseHeardWhileCutGoesOn_leavesInTheNextCut(Feeding feeding) {
        var run =
                harness(new Pace(0, 2))
                        .run(
                                feeding,
                                first(charge(2, 1, 500)),
                                first(charge(2, 2, 500)),
                                barrier(1_000),
                                first(charge(2, 3, 500)),
                                first(charge(1, 1, 500)),
                                second(release(2, 1, 70)),
                                barrier(2_000),
                                processingTime(10),
                                processingTime(20));

        assertThat(run.main())
                .extracting(r -> r.cut() + ": " + r.receipts() + ", " + r.releases().size())
                .containsExactlyInAnyOrder("1000: 2, 0", "2000: 1, 1", "2000: 1, 0");
    }

    /** Of its own cut too: behind the next one's barrier the seal has gone on. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void barrier_cutWithReleaseStillGoesOn_endsThere(Feeding feeding) {
        var run =
                harness(new Pace(0, 2))
                        .run(
                                feeding,
                                first(charge(2, 1, 500)),
                                first(charge(2, 2, 500)),
                                second(release(2, 1, 70)),
                                barrier(1_000),
                                barrier(2_000));

        assertThat(run.main())
                .extracting(r -> r.cut() + ": " + r.receipts() + ", " + r.releases().size())
                .containsExactly("1000: 2, 1");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void finish_cutGoesOn_endsItAndCutsTheRest(Feeding feeding) {
        var run =
                harness(new Pace(1, 1))
                        .run(
                                feeding,
                                first(charge(2, 1, 500)),
                                first(charge(2, 2, 500)),
                                barrier(1_000),
                                first(charge(2, 3, 1)),
                                act(
                                        harness ->
                                                ((TwoInputStreamOperatorTestHarness<?, ?, ?>)
                                                                harness)
                                                        .getOperator()
                                                        .finish()));

        assertThat(run.main()).extracting(ShardRoot::sumNano).containsExactly(1_000L, 1L);
        assertThat(run.main().get(0).cut()).isEqualTo(1_000);
        assertThat(run.stateEntries()).isZero();
    }

    /** Each cut is over before the next begins, and charges come while it goes on. */
    private static List<Item<Charge, Release>> items(long seed) {
        Random random = new Random(seed);
        List<Item<Charge, Release>> items = new ArrayList<>();
        Map<Integer, Long> sequences = new TreeMap<>();
        long millis = 0;
        int releases = 0;
        for (int cut = 0; cut < 3; cut++) {
            for (int step = 0; step < TIMES; step++) {
                millis += 100;
                items.add(processingTime(millis));
                int account = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : 2; // a reseller
                if (random.nextInt(10) == 0) {
                    items.add(second(release(account, releases++, random.nextInt(50))));
                } else {
                    long sequence = sequences.merge(account, 1L, Long::sum);
                    items.add(
                            first(
                                    charge(
                                            account,
                                            sequence,
                                            random.nextInt(4) == 0 ? 0 : random.nextInt(300))));
                }
            }
            items.add(barrier(1_000L * (cut + 1)));
        }
        for (int step = 0; step < TIMES; step++) {
            millis += 100;
            items.add(processingTime(millis));
        }
        return items;
    }

    private static List<ShardRoot> byPlace(List<ShardRoot> roots) {
        return roots.stream()
                .sorted(comparingLong(ShardRoot::cut).thenComparingInt(ShardRoot::shard))
                .toList();
    }

    private static List<CutReceipt> receipts(RestoringHarness.Run<ShardRoot> run) {
        List<CutReceipt> receipts = new ArrayList<>(run.side(ShardCutOperator.RECEIPTS));
        receipts.sort(
                comparingLong(CutReceipt::cut)
                        .thenComparing(comparingInt(CutReceipt::shard))
                        .thenComparing(comparingInt(CutReceipt::index)));
        return receipts;
    }

    private static RestoringHarness<Charge, Release, ShardRoot> harness(Pace pace) {
        return RestoringHarness.<Integer, Charge, Release, ShardRoot>keyedOperator(
                        () -> new ShardCutOperator(OPTIONS, DOMAIN, pace),
                        charge -> OPTIONS.shardOf(charge.requesterAccount()),
                        release -> OPTIONS.shardOf(release.requesterAccount()),
                        Types.INT)
                .collecting(ShardCutOperator.RECEIPTS);
    }
}
