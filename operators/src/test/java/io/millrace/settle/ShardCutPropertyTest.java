package io.millrace.settle;

import static io.millrace.settle.Charges.DOMAIN;
import static io.millrace.settle.Charges.charge;
import static io.millrace.settle.Charges.release;
import static io.millrace.testing.RestoringHarness.barrier;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Release;
import io.millrace.meter.Charge;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import io.millrace.testing.RestoringHarness.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However much a requester has: no cut is too large, nothing is lost, the order stays. */
class ShardCutPropertyTest {

    private static final int MOST = 7;

    /** Two shards, dust below 100 nano-USD for two cuts, few receipts a cut. */
    private static final SettleOptions OPTIONS =
            new SettleOptions(1, 1_000, 100, 2, MOST, 0, PartLimits.DEFAULT);

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void cut_anySizes_sumConservedAndSequencesContiguousOverCuts(Feeding feeding) {
        for (long seed = 1; seed <= (feeding == Feeding.ALL_AT_ONCE ? 40 : 4); seed++) {
            Random random = new Random(seed);
            List<Charge> charges = new ArrayList<>();
            List<Release> releases = new ArrayList<>();
            List<Item<Charge, Release>> items = new ArrayList<>();
            Map<Integer, Long> sequences = new TreeMap<>();
            long cut = 0;
            for (int step = 0; step < 60; step++) {
                int account = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : 2; // a reseller
                int kind = random.nextInt(12);
                if (kind == 0) {
                    cut += 1_000;
                    items.add(barrier(cut));
                } else if (kind == 1) {
                    releases.add(release(account, releases.size(), random.nextInt(50)));
                    items.add(second(releases.get(releases.size() - 1)));
                } else {
                    Charge next =
                            charge(
                                    account,
                                    sequences.merge(account, 1L, Long::sum),
                                    random.nextInt(4) == 0 ? 0 : random.nextInt(300));
                    charges.add(next);
                    items.add(first(next));
                }
            }
            for (int rest = 0; rest < 15; rest++) {
                cut += 1_000;
                items.add(barrier(cut));
            }

            var run = harness().run(feeding, items);

            check("seed " + seed, run, charges, releases);
        }
    }

    private static void check(
            String as,
            RestoringHarness.Run<ShardRoot> run,
            List<Charge> charges,
            List<Release> releases) {
        Map<Integer, Long> last = new TreeMap<>();
        List<CutReceipt> receipts = run.side(ShardCutOperator.RECEIPTS);
        for (CutReceipt receipt : receipts) {
            int account = receipt.charge().requesterAccount();
            assertThat(receipt.charge().sequence())
                    .as("%s: account %s in cut %s", as, account, receipt.cut())
                    .isEqualTo(last.merge(account, 1L, Long::sum));
        }
        assertThat(receipts)
                .as(as)
                .extracting(CutReceipt::charge)
                .containsExactlyInAnyOrderElementsOf(charges);
        assertThat(run.main().stream().mapToLong(ShardRoot::sumNano).sum())
                .as(as + ", nano-USD")
                .isEqualTo(Charges.debitsNano(charges));
        assertThat(run.main().stream().flatMap(root -> root.releases().stream()).toList())
                .as(as + ": each release in the first cut, whatever is left for later ones")
                .containsExactlyInAnyOrderElementsOf(releases);
        for (ShardRoot root : run.main()) {
            assertThat(root.receipts()).as(as).isLessThanOrEqualTo(MOST);
            List<Charge> own =
                    receipts.stream()
                            .filter(r -> r.cut() == root.cut() && r.shard() == root.shard())
                            .map(CutReceipt::charge)
                            .toList();
            ShardCutter.Cut whole =
                    new ShardCutter(OPTIONS, new ReceiptLeaf(DOMAIN))
                            .cut(root.cut(), root.shard(), own, root.releases());
            assertThat(root).as(as).isEqualTo(whole.root());
        }
        assertThat(run.stateEntries()).as(as + ": state left behind").isZero();
    }

    private static RestoringHarness<Charge, Release, ShardRoot> harness() {
        return RestoringHarness.<Integer, Charge, Release, ShardRoot>keyedOperator(
                        () -> new ShardCutOperator(OPTIONS, DOMAIN),
                        charge -> OPTIONS.shardOf(charge.requesterAccount()),
                        release -> OPTIONS.shardOf(release.requesterAccount()),
                        Types.INT)
                .collecting(ShardCutOperator.RECEIPTS);
    }
}
