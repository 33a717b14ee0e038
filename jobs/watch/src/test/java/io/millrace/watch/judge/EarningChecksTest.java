package io.millrace.watch.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.rules.EarnedTotals;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.judge.SampleStream.Epoch;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever an epoch credits with too little is found, and by which leaves it shows. */
class EarningChecksTest {

    /** Whoever is credited too little is found, by the last leaf of each shard that credits it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void judge_aNanoOfOneEarnerCreditedToAnother_foundByOneLeafAShard(long seed)
            throws IOException {
        SampleStream stream = new SampleStream(seed, 3);
        Epoch epoch = stream.epochs.get(1);
        epoch.creditsMoved.put(1L, BigInteger.ONE.negate());
        epoch.creditsMoved.put(9L, BigInteger.ONE);

        Finding.Underpaid found = underpaid(stream, epoch);

        assertThat(found.account()).isEqualTo(1);
        assertThat(found.earnedNano()).isEqualTo(found.creditedNano().add(BigInteger.ONE));
        assertThat(shown(found)).isEqualTo(found.earnedNano());
        assertThat(found.leaves())
                .extracting(leaf -> leaf.leaf().shard())
                .doesNotHaveDuplicates()
                .isSorted();
    }

    /** Totals that begin anew are proven as such, and hide nothing of what was earned. */
    @Test
    void judge_totalsThatBeginAnew_bothSidesAreShown() throws IOException {
        for (long seed = 1; seed <= 8; seed++) {
            SampleStream stream = new SampleStream(seed, 3);
            Epoch epoch = stream.epochs.get(1);
            epoch.receipts.replaceAll(
                    one ->
                            new Receipt(
                                    one.epoch(),
                                    one.shard(),
                                    one.index(),
                                    new EarnedBefore(
                                            BigInteger.ZERO, one.earnedBefore().treasuryNano()),
                                    one.charge()));
            epoch.creditsMoved.put(1L, BigInteger.ONE.negate());
            epoch.creditsMoved.put(9L, BigInteger.ONE);
            List<Finding> findings =
                    new MemorySurroundings(stream)
                            .judge()
                            .judge(stream.seal(epoch), JudgeTest.receipts(epoch))
                            .findings();

            assertThat(findings)
                    .filteredOn(Finding.Provable.class::isInstance)
                    .isNotEmpty()
                    .allSatisfy(
                            one ->
                                    assertThat(((Finding.Provable) one).fault())
                                            .isEqualTo(Fault.WRONG_TOTAL));
            Finding.Underpaid found = onlyUnderpaid(findings);
            assertThat(shown(found)).isEqualTo(found.earnedNano());
        }
    }

    /** An epoch credits by all of its parts together: before the last has come nothing is said. */
    @Test
    void judge_halfAnEpoch_saysNothingOfEarners() throws IOException {
        SampleStream stream = new SampleStream(1, 6);
        for (Epoch epoch : stream.epochs) {
            List<EpochPart> parts = stream.seal(epoch);
            if (parts.size() > 1) {
                Judge judge = new MemorySurroundings(stream).judge();
                assertThat(judge.judge(parts.subList(1, 2), JudgeTest.receipts(epoch)).findings())
                        .noneMatch(Finding.Underpaid.class::isInstance);
                return;
            }
        }
        throw new AssertionError("no epoch of two parts");
    }

    private static Finding.Underpaid underpaid(SampleStream stream, Epoch epoch)
            throws IOException {
        return onlyUnderpaid(
                new MemorySurroundings(stream)
                        .judge()
                        .judge(stream.seal(epoch), JudgeTest.receipts(epoch))
                        .findings());
    }

    private static Finding.Underpaid onlyUnderpaid(List<Finding> findings) {
        List<Finding.Underpaid> found =
                findings.stream()
                        .filter(Finding.Underpaid.class::isInstance)
                        .map(Finding.Underpaid.class::cast)
                        .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    /** What the tribunal counts, leaf by leaf: EarningsClaims. */
    private static BigInteger shown(Finding.Underpaid finding) {
        BigInteger sum = BigInteger.ZERO;
        BigInteger after = BigInteger.ZERO;
        long shard = -1;
        for (ProvenLeaf proven : finding.leaves()) {
            BigInteger line =
                    proven.leaf().credits().stream()
                            .filter(one -> EarnedTotals.account(one) == finding.account())
                            .findFirst()
                            .orElseThrow();
            BigInteger before = EarnedTotals.beforeNano(line);
            BigInteger end = EarnedTotals.afterNano(line);
            if (proven.leaf().shard() != shard) {
                sum = sum.add(end);
            } else {
                sum = sum.add(end.subtract(before));
                if (before.compareTo(after) >= 0) {
                    sum = sum.add(before.subtract(after));
                }
            }
            after = end;
            shard = proven.leaf().shard();
        }
        return sum;
    }
}
