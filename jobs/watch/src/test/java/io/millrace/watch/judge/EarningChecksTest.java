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
import java.util.Comparator;
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
            epoch.receipts.replaceAll(EarningChecksTest::beginsAnew);
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

    /** A settler that lets every total fall back is shown as many leaves as are worth a claim. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findings_hostileEpoch_fewLeavesShowMoreThanIsCredited(long seed) throws IOException {
        SampleStream stream = new SampleStream(seed, 3);
        Epoch epoch = stream.epochs.get(1);
        epoch.receipts.replaceAll(EarningChecksTest::beginsAnew);
        EarningChecks checks = new EarningChecks(epoch.number, account -> account == 1, 4);
        epoch.receipts.forEach(checks::check);
        List<BigInteger> amounts =
                epoch.receipts.stream()
                        .filter(one -> one.charge().providerAccount() == 1)
                        .map(one -> one.charge().creditNano())
                        .sorted(Comparator.reverseOrder())
                        .toList();
        BigInteger earned = sum(amounts);
        BigInteger shown = sum(amounts.stream().limit(4).toList());

        for (BigInteger credited : List.of(shown.subtract(BigInteger.ONE), shown)) {
            epoch.creditsMoved.clear();
            epoch.creditsMoved.put(1L, credited.subtract(earned));
            epoch.creditsMoved.put(9L, earned.subtract(credited));
            List<Finding> found =
                    checks.findings(stream.seal(epoch), new MemorySurroundings(stream));
            if (credited.equals(shown)) {
                assertThat(found).as("seed %d: no more than is credited", seed).isEmpty();
            } else {
                Finding.Underpaid underpaid = onlyUnderpaid(found);
                assertThat(underpaid.leaves()).hasSizeLessThanOrEqualTo(4);
                assertThat(underpaid.shownNano()).isEqualTo(shown).isEqualTo(shown(underpaid));
                assertThat(underpaid.earnedNano()).isEqualTo(earned);
            }
        }
    }

    /** A leaf whose second line falls back behind its first counts both, as the contract does. */
    @Test
    void judge_linesOfOneLeafThatFallBack_bothCount() throws IOException {
        SampleStream stream = new SampleStream(3, 3);
        Epoch epoch = stream.epochs.get(1);
        epoch.charges.replaceAll(one -> Charges.by(one, 0));
        stream.place(epoch);
        epoch.receipts.replaceAll(
                one ->
                        new Receipt(
                                one.epoch(),
                                one.shard(),
                                one.index(),
                                new EarnedBefore(BigInteger.valueOf(1_000_000), BigInteger.ZERO),
                                one.charge()));
        epoch.creditsMoved.put(0L, BigInteger.ONE.negate());
        epoch.creditsMoved.put(9L, BigInteger.ONE);

        Finding.Underpaid found = underpaid(stream, epoch);

        assertThat(found.account()).isZero();
        BigInteger sum = sum(epoch.charges.stream().map(one -> one.debitNano()).toList());
        assertThat(found.earnedNano()).isEqualTo(sum);
        assertThat(found.shownNano())
                .as("no more than the whole epoch")
                .isEqualTo(shown(found).min(sum));
    }

    private static Receipt beginsAnew(Receipt of) {
        return new Receipt(
                of.epoch(),
                of.shard(),
                of.index(),
                new EarnedBefore(BigInteger.ZERO, of.earnedBefore().treasuryNano()),
                of.charge());
    }

    private static BigInteger sum(List<BigInteger> amounts) {
        return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
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
            after = proven.leaf().shard() == shard ? after : BigInteger.ZERO;
            shard = proven.leaf().shard();
            for (BigInteger line : proven.leaf().credits()) {
                if (EarnedTotals.account(line) == finding.account()) {
                    BigInteger before = EarnedTotals.beforeNano(line);
                    BigInteger end = EarnedTotals.afterNano(line);
                    boolean fallsBack = before.compareTo(after) < 0;
                    sum = sum.add(end.subtract(fallsBack ? before : after));
                    after = end;
                }
            }
        }
        return sum;
    }
}
