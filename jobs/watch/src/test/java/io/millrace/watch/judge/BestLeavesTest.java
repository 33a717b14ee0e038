package io.millrace.watch.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.rules.EarnedTotals;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which few leaves show most, whatever a settler writes into them. */
class BestLeavesTest {

    private static final long ACCOUNT = 3;

    /** Where they lie and what they say. */
    private record Leaf(Place at, List<BigInteger> lines) {}

    /** So many leaves as there are shards show all of an epoch whose totals carry on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shown_totalsThatCarryOn_theLastOfEachShard(long seed) {
        Random random = new Random(seed);
        List<Leaf> leaves = new ArrayList<>();
        List<Place> lasts = new ArrayList<>();
        for (int shard = 0; shard < 4; shard++) {
            long total = 0;
            for (int index = 0; index < 1 + random.nextInt(50); index++) {
                long amount = 1L + random.nextInt(100);
                leaves.add(leaf(shard, index, line(total, amount)));
                total += amount;
            }
            lasts.add(leaves.get(leaves.size() - 1).at());
        }

        BestLeaves best = of(leaves, 52);

        assertThat(best.shown()).isEqualTo(lasts);
        assertThat(counted(leaves, best.shown())).isEqualTo(best.earnedNano());
    }

    /** No choice of as many leaves shows more, by trying them all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shown_anyTotals_noOtherChoiceShowsMore(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<Leaf> leaves = anyLeaves(random, 1 + random.nextInt(9));
            for (int most = 0; most <= 5; most++) {
                List<Place> shown = of(leaves, most).shown();
                assertThat(shown)
                        .as("seed %d round %d", seed, round)
                        .hasSizeLessThanOrEqualTo(most);
                assertThat(counted(leaves, shown))
                        .as("seed %d round %d, %d of %s", seed, round, most, leaves)
                        .isEqualTo(mostOf(leaves, most));
            }
        }
    }

    /** Totals that all fall back by a nano-USD cost a nano-USD each, and no leaf more. */
    @Test
    void shown_totalsThatFallBackALittle_oneLeafShowsAlmostAll() {
        List<Leaf> leaves = new ArrayList<>();
        long total = 1;
        for (int index = 0; index < 1_000; index++) {
            leaves.add(leaf(0, index, line(total - 1, 50)));
            total += 49;
        }

        List<Place> shown = of(leaves, 1).shown();

        assertThat(shown).containsExactly(leaves.get(999).at());
        assertThat(counted(leaves, shown)).isEqualTo(BigInteger.valueOf(1_000 * 50 - 999));
    }

    /** A hostile epoch of a million leaves, each of which begins anew: little is held of it. */
    @Test
    void shown_aMillionTotalsThatBeginAnew_theDearestOfThem() {
        Random random = new Random(7);
        BestLeaves best = new BestLeaves(ACCOUNT, 20);
        long before = usedBytes();
        for (int index = 0; index < 1_000_000; index++) {
            boolean dear = index % 50_000 == 77;
            long amount = dear ? 1_000_000 : 1 + random.nextInt(1_000);
            best.add(new Place(1, index >> 18, index & 0x3ffff), List.of(line(0, amount)));
        }
        long held = usedBytes() - before;

        assertThat(best.shown())
                .hasSize(20)
                .allSatisfy(
                        at -> assertThat(((at.shard() << 18) + at.index()) % 50_000).isEqualTo(77));
        assertThat(held).as("bytes held of a million leaves").isLessThan(5_000_000);
    }

    private static BestLeaves of(List<Leaf> leaves, int most) {
        BestLeaves best = new BestLeaves(ACCOUNT, most);
        leaves.forEach(leaf -> best.add(leaf.at(), leaf.lines()));
        return best;
    }

    private static List<Leaf> anyLeaves(Random random, int count) {
        List<Leaf> leaves = new ArrayList<>();
        int shard = 0;
        int index = 0;
        for (int i = 0; i < count; i++) {
            boolean isNext = random.nextInt(4) == 0;
            shard += isNext ? 1 : 0;
            index = isNext ? 0 : index + 1;
            BigInteger[] lines = new BigInteger[random.nextInt(4) == 0 ? 2 : 1];
            for (int line = 0; line < lines.length; line++) {
                lines[line] =
                        line((long) random.nextInt(4) * random.nextInt(20), random.nextInt(20));
            }
            leaves.add(leaf(shard, index, lines));
        }
        return leaves;
    }

    private static BigInteger mostOf(List<Leaf> leaves, int most) {
        BigInteger best = BigInteger.ZERO;
        for (int chosen = 0; chosen < (1 << leaves.size()); chosen++) {
            if (Integer.bitCount(chosen) <= most) {
                List<Place> places = new ArrayList<>();
                for (int i = 0; i < leaves.size(); i++) {
                    Leaf leaf = leaves.get(i);
                    boolean counts = leaf.lines().stream().anyMatch(BestLeavesTest::isOfSomething);
                    if (((chosen >> i) & 1) == 1 && counts) {
                        places.add(leaf.at());
                    }
                }
                best = best.max(counted(leaves, places));
            }
        }
        return best;
    }

    private static boolean isOfSomething(BigInteger line) {
        return line.longValue() != 0;
    }

    /** By the contract, leaf by leaf: EarningsClaims. */
    private static BigInteger counted(List<Leaf> leaves, List<Place> shown) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger after = BigInteger.ZERO;
        long shard = -1;
        for (Leaf leaf : leaves) {
            if (shown.contains(leaf.at())) {
                after = leaf.at().shard() == shard ? after : BigInteger.ZERO;
                shard = leaf.at().shard();
                for (BigInteger line : leaf.lines()) {
                    BigInteger end = EarnedTotals.afterNano(line);
                    BigInteger own = end.subtract(EarnedTotals.beforeNano(line));
                    sum = sum.add(own.max(end.subtract(after)));
                    after = end;
                }
            }
        }
        return sum;
    }

    private static Leaf leaf(long shard, long index, BigInteger... lines) {
        return new Leaf(new Place(1, shard, index), List.of(lines));
    }

    private static BigInteger line(long beforeNano, long amountNano) {
        return BigInteger.valueOf(beforeNano)
                .shiftLeft(32)
                .add(BigInteger.valueOf(ACCOUNT))
                .shiftLeft(64)
                .add(BigInteger.valueOf(amountNano));
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
