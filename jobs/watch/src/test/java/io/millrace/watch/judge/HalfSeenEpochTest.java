package io.millrace.watch.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.judge.SampleStream.Epoch;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that tell what is not so, epochs of which a receipt is missing, and refused proofs. */
class HalfSeenEpochTest {

    /** Overcharges, double charges and wrong prices would go free by a lie that costs nothing. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 1_000_000})
    void judge_headerTellsAnotherCount_falseChargeIsProvenAllTheSame(long more) throws IOException {
        for (Falsified falsified : Falsified.ALL) {
            SampleStream stream = new SampleStream(4, 2);
            Epoch epoch = stream.epochs.get(1);
            falsify(stream, epoch, falsified, 0);

            Judgement judgement =
                    new MemorySurroundings(stream)
                            .judge()
                            .judge(told(stream.seal(epoch), more), JudgeTest.receipts(epoch));

            assertThat(judgement.whole()).isTrue();
            assertThat(judgement.findings())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Finding.Provable.class,
                            found -> assertThat(found.fault()).isEqualTo(falsified.fault()));
        }
    }

    /** One challenge shows what it holds; statements of a whole crowd would pay the settler. */
    @Test
    void judge_receiptWithheld_itsPlaceIsDemandedOfItsAccountBeforeAnyStatement()
            throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            SampleStream stream = new SampleStream(seed, 2);
            Epoch epoch = stream.epochs.get(1);
            Receipt withheld = costly(epoch).get((int) seed % costly(epoch).size());

            Judgement judgement =
                    new MemorySurroundings(stream)
                            .judge()
                            .judge(stream.seal(epoch), but(epoch, withheld));

            assertThat(judgement.whole()).isFalse();
            assertThat(unsupported(judgement))
                    .as("seed %d: %s", seed, withheld)
                    .singleElement()
                    .satisfies(
                            found -> {
                                assertThat(found.at()).isEqualTo(place(withheld));
                                assertThat(found.account())
                                        .isEqualTo(withheld.charge().requesterAccount());
                            });
            assertThat(judgement.findings())
                    .filteredOn(Finding.Unaccounted.class::isInstance)
                    .hasSize(epoch.debits.size());
        }
    }

    @Test
    void judge_anotherReceiptWithheld_falseLeavesAreDemandedByThemselves() throws IOException {
        for (Falsified falsified : Falsified.ALL) {
            SampleStream stream = new SampleStream(4, 2);
            Epoch epoch = stream.epochs.get(1);
            Charge charge = falsify(stream, epoch, falsified, 0);
            Receipt accused =
                    epoch.receipts.stream()
                            .filter(one -> one.charge().sequence() == charge.sequence())
                            .filter(
                                    one ->
                                            one.charge().requesterAccount()
                                                    == charge.requesterAccount())
                            .findFirst()
                            .orElseThrow();
            Receipt withheld =
                    costly(epoch).stream()
                            .filter(one -> !one.equals(accused))
                            .findAny()
                            .orElseThrow();

            Judgement judgement =
                    new MemorySurroundings(stream)
                            .judge()
                            .judge(stream.seal(epoch), but(epoch, withheld));

            assertThat(unsupported(judgement))
                    .as(falsified.name())
                    .extracting(Finding.Unsupported::at)
                    .containsExactlyInAnyOrder(place(accused), place(withheld));
        }
    }

    /** A settler that makes one proof fail has not answered for the other. */
    @Test
    void judge_firstProofWasRefused_theNextOneIsTaken() throws IOException {
        SampleStream stream = new SampleStream(3, 2);
        Epoch epoch = stream.epochs.get(1);
        Receipt charged = costly(stream.epochs.get(0)).get(0);
        stream.chargeAgain(epoch, charged.charge());
        stream.chargeAgain(epoch, charged.charge());
        List<Finding.Provable> refused = new ArrayList<>();

        List<Finding> first = findings(stream, refused);
        refused.add((Finding.Provable) first.get(0));
        List<Finding> second = findings(stream, refused);
        refused.add((Finding.Provable) second.get(0));
        List<Finding> last = findings(stream, refused);

        assertThat(List.of(first, second)).allSatisfy(found -> assertThat(found).hasSize(1));
        assertThat(place(second)).isNotEqualTo(place(first));
        assertThat(refused).extracting(Finding.Provable::fault).containsOnly(Fault.DOUBLE_CHARGE);
        assertThat(last)
                .as("with no proof left, the leaves are asked for")
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(found -> assertThat(found).isInstanceOf(Finding.Unsupported.class));
    }

    private static List<Finding> findings(SampleStream stream, List<Finding.Provable> refused)
            throws IOException {
        MemorySurroundings surroundings = new MemorySurroundings(stream);
        List<Finding> found = new ArrayList<>();
        Judge judge =
                surroundings.judge(
                        (number, proof) ->
                                refused.stream()
                                        .anyMatch(
                                                one ->
                                                        place(List.of(one))
                                                                .equals(place(List.of(proof)))));
        for (Epoch epoch : stream.epochs) {
            found.addAll(judge.judge(stream.seal(epoch), JudgeTest.receipts(epoch)).findings());
        }
        return found;
    }

    private static String place(List<Finding> found) {
        var leaf = ((Finding.Provable) found.get(0)).leaf().leaf();
        return leaf.shard() + " " + leaf.index();
    }

    private static Place place(Receipt receipt) {
        return new Place(receipt.epoch(), receipt.shard(), receipt.index());
    }

    private static List<Finding.Unsupported> unsupported(Judgement judgement) {
        return judgement.findings().stream()
                .filter(Finding.Unsupported.class::isInstance)
                .map(Finding.Unsupported.class::cast)
                .toList();
    }

    private static List<Receipt> costly(Epoch epoch) {
        return epoch.receipts.stream()
                .filter(one -> one.charge().debitNano().compareTo(BigInteger.valueOf(200)) > 0)
                .toList();
    }

    /** The {@code number}th of those that cost enough. */
    private static Charge falsify(
            SampleStream stream, Epoch epoch, Falsified falsified, int number) {
        Charge charge = costly(epoch).get(number).charge();
        Charge changed = falsified.change().apply(stream, charge);
        epoch.charges.set(epoch.charges.indexOf(charge), changed);
        stream.place(epoch);
        return changed;
    }

    private static Receipts but(Epoch epoch, Receipt withheld) {
        return visitor -> {
            for (Receipt receipt : epoch.receipts) {
                if (!receipt.equals(withheld)) {
                    visitor.receipt(receipt);
                }
            }
        };
    }

    private static List<EpochPart> told(List<EpochPart> parts, long more) {
        return parts.stream()
                .map(
                        part ->
                                new EpochPart(
                                        told(part.header(), more),
                                        part.debitSlots(),
                                        part.debits(),
                                        part.creditSlots(),
                                        part.credits(),
                                        part.releases()))
                .toList();
    }

    private static Header told(Header header, long more) {
        return new Header(
                header.previousHeader(),
                header.epoch(),
                header.part(),
                header.parts(),
                header.receiptsRoot(),
                header.receiptsSumNano(),
                header.receiptsCount() + more,
                header.levels(),
                header.partSumNano(),
                header.wordsHash(),
                header.cutDigest(),
                header.l2Block());
    }
}
