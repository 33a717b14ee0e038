package io.millrace.watch.judge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.judge.SampleStream.Epoch;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is found in honest epochs, and each falsification is found as what it is. */
class JudgeTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void judge_honestEpochs_nothingFound(long seed) throws IOException {
        SampleStream stream = new SampleStream(seed, 6);
        Judge judge = new MemorySurroundings(stream).judge();
        for (Epoch epoch : stream.epochs) {
            Judgement judgement = judge.judge(stream.seal(epoch), receipts(epoch));

            assertThat(judgement.whole()).isTrue();
            assertThat(judgement.findings()).as("epoch " + epoch.number).isEmpty();
        }
    }

    @Test
    void judge_honestEpochTwice_nothingFoundEither() throws IOException {
        SampleStream stream = new SampleStream(1, 3);
        Judge judge = new MemorySurroundings(stream).judge();
        for (Epoch epoch : List.of(stream.epochs.get(1), stream.epochs.get(1))) {
            assertThat(judge.judge(stream.seal(epoch), receipts(epoch)).findings()).isEmpty();
        }
    }

    static List<Falsified> falsified() {
        return Falsified.ALL;
    }

    @ParameterizedTest
    @MethodSource("falsified")
    void judge_oneFalseCharge_provenAsWhatItIs(Falsified falsified) throws IOException {
        for (long seed = 1; seed <= 8; seed++) {
            SampleStream stream = new SampleStream(seed, 3);
            Epoch epoch = stream.epochs.get(1);
            int at = debited(epoch);
            Charge charge = epoch.charges.get(at);
            epoch.charges.set(at, falsified.change().apply(stream, charge));
            stream.place(epoch);

            Finding.Provable found = provable(stream);

            assertThat(found.fault()).isEqualTo(falsified.fault());
            assertThat(found.account()).isEqualTo(charge.requesterAccount());
            assertThat(found.leaf().leaf().sequence())
                    .isEqualTo(BigInteger.valueOf(charge.sequence()));
        }
    }

    @Test
    void judge_chargedToAnotherAccount_thatAccountIsWronged() throws IOException {
        for (long seed = 1; seed <= 8; seed++) {
            SampleStream stream = new SampleStream(seed, 2);
            Epoch epoch = stream.epochs.get(1);
            Charge charge = epoch.charges.get(debited(epoch));
            long victim = charge.requesterAccount();
            long signer = victim % SampleStream.ACCOUNTS + 1;
            Evidence others =
                    stream.sign(
                            signer,
                            charge.providerAccount(),
                            charge.model(),
                            charge.units(),
                            1,
                            Falsified.much(),
                            Falsified.deadline(charge, 1));
            epoch.charges.set(debited(epoch), Falsified.named(stream, charge, others));
            stream.place(epoch);

            Finding.Provable found = provable(stream);

            assertThat(found.fault()).isEqualTo(Fault.WRONG_ACCOUNT);
            assertThat(found.account()).isEqualTo(victim);
        }
    }

    @Test
    void judge_sameRequestTwiceInAnEpoch_doubleCharge() throws IOException {
        for (long seed = 1; seed <= 8; seed++) {
            SampleStream stream = new SampleStream(seed, 2);
            Epoch epoch = stream.epochs.get(1);
            Charge charge = epoch.charges.get(debited(epoch));
            stream.chargeAgain(epoch, charge);

            Finding.Provable found = provable(stream);

            assertThat(found.fault()).isEqualTo(Fault.DOUBLE_CHARGE);
            assertThat(found.other()).isNotNull();
            assertThat(requireNonNull(found.other()).header().epoch()).isEqualTo(epoch.number);
        }
    }

    @Test
    void judge_sameRequestInALaterEpoch_doubleChargeAgainstTheLaterOne() throws IOException {
        SampleStream stream = new SampleStream(3, 2);
        Charge charge = stream.epochs.get(0).charges.get(debited(stream.epochs.get(0)));
        stream.chargeAgain(stream.epochs.get(1), charge);

        Finding.Provable found = provable(stream);

        assertThat(found.fault()).isEqualTo(Fault.DOUBLE_CHARGE);
        assertThat(found.other()).isNotNull();
        assertThat(requireNonNull(found.other()).header().epoch()).isEqualTo(1);
        assertThat(found.leaf().leaf().requestId()).isEqualTo(charge.requestId());
    }

    @Test
    void judge_requestOfAVoidEpochChargedAgain_nothingFound() throws IOException {
        SampleStream stream = new SampleStream(3, 2);
        Charge charge = stream.epochs.get(0).charges.get(debited(stream.epochs.get(0)));
        stream.chargeAgain(stream.epochs.get(1), charge);
        MemorySurroundings surroundings = new MemorySurroundings(stream);
        surroundings.voidEpochs.add(1L);

        assertThat(findings(stream, surroundings)).isEmpty();
    }

    @Test
    void judge_gapInTheNumbers_sequence() throws IOException {
        SampleStream stream = new SampleStream(5, 2);
        Epoch epoch = stream.epochs.get(1);
        int last = -1;
        for (int i = 1; i < epoch.charges.size(); i++) {
            Charge charge = epoch.charges.get(i);
            boolean follows =
                    epoch.charges.get(i - 1).requesterAccount() == charge.requesterAccount();
            last = follows ? i : last;
        }
        Charge charge = epoch.charges.get(last);
        epoch.charges.set(last, numbered(charge, charge.sequence() + 3));
        stream.place(epoch);

        Finding.Provable found = provable(stream);

        assertThat(found.fault()).isEqualTo(Fault.SEQUENCE);
        assertThat(found.account()).isEqualTo(charge.requesterAccount());
    }

    @Test
    void judge_numbersOfAnEpochBefore_sequence() throws IOException {
        SampleStream stream = new SampleStream(5, 2);
        Epoch first = stream.epochs.get(0);
        Epoch second = stream.epochs.get(1);
        long account =
                second.charges.stream()
                        .filter(one -> one.debitNano().signum() > 0)
                        .map(Charge::requesterAccount)
                        .filter(
                                one ->
                                        first.charges.stream()
                                                .anyMatch(c -> c.requesterAccount() == one))
                        .findFirst()
                        .orElseThrow();
        second.charges.replaceAll(
                one -> one.requesterAccount() == account ? back(stream, one) : one);
        stream.place(second);

        Finding.Provable found = provable(stream);

        assertThat(found.fault()).isEqualTo(Fault.SEQUENCE);
        assertThat(found.account()).isEqualTo(account);
    }

    @Test
    void judge_debitWithoutReceipts_statementIsAskedFor() throws IOException {
        SampleStream stream = new SampleStream(6, 2);
        Epoch epoch = stream.epochs.get(1);
        epoch.debits.merge(7L, BigInteger.TEN, BigInteger::add);

        List<Finding> found = findings(stream, new MemorySurroundings(stream));

        assertThat(found).singleElement().isInstanceOf(Finding.Unaccounted.class);
        Finding.Unaccounted doubt = (Finding.Unaccounted) found.get(0);
        assertThat(doubt.account()).isEqualTo(7);
        assertThat(doubt.whole()).isTrue();
        assertThat(doubt.demandedNano().subtract(doubt.shownNano())).isEqualTo(BigInteger.TEN);
    }

    /** A key that was followed by another answers for what was admitted before its end alone. */
    @Test
    void judge_keyThatEnded_leavesAdmittedLaterAreAskedFor() throws IOException {
        SampleStream stream = new SampleStream(4, 3);
        Epoch epoch = stream.epochs.get(1);
        int at = debited(epoch);
        Charge charge = epoch.charges.get(at);
        long second = charge.admittedMillis() / 1_000;

        stream.retire(charge.providerAccount(), second + 1);
        assertThat(doubted(stream)).doesNotContain(place(epoch, charge));
        stream.retire(charge.providerAccount(), second);
        assertThat(doubted(stream)).contains(place(epoch, charge));
    }

    private static List<Place> doubted(SampleStream stream) throws IOException {
        return findings(stream, new MemorySurroundings(stream)).stream()
                .filter(Finding.Unsupported.class::isInstance)
                .map(found -> ((Finding.Unsupported) found).at())
                .toList();
    }

    private static Place place(Epoch epoch, Charge charge) {
        Receipt of =
                epoch.receipts.stream()
                        .filter(one -> one.charge().equals(charge))
                        .findFirst()
                        .orElseThrow();
        return new Place(epoch.number, of.shard(), of.index());
    }

    @Test
    void judge_signatureMissingOrForged_thatLeafIsAskedFor() throws IOException {
        for (int kind = 0; kind < 4; kind++) {
            SampleStream stream = new SampleStream(8, 2);
            Epoch epoch = stream.epochs.get(1);
            Charge charge = epoch.charges.get(debited(epoch));
            Evidence signed = requireNonNull(stream.evidence.get(charge.requestId())).get(0);
            stream.evidence.put(
                    charge.requestId(),
                    switch (kind) {
                        case 0 -> List.of();
                        case 1 -> List.of(stream.signedBy(signed, true, false));
                        case 2 -> List.of(stream.signedBy(signed, false, true));
                        default -> List.of(otherOutcome(signed));
                    });

            List<Finding> found = findings(stream, new MemorySurroundings(stream));

            assertThat(found).singleElement().isInstanceOf(Finding.Unsupported.class);
            Finding.Unsupported doubt = (Finding.Unsupported) found.get(0);
            assertThat(doubt.account()).isEqualTo(charge.requesterAccount());
            assertThat(epoch.receipts)
                    .filteredOn(one -> one.charge().equals(charge))
                    .allSatisfy(
                            one ->
                                    assertThat(doubt.at())
                                            .isEqualTo(
                                                    new Place(
                                                            epoch.number,
                                                            one.shard(),
                                                            one.index())));
        }
    }

    static Receipts receipts(Epoch epoch) {
        return visitor -> {
            for (Receipt receipt : epoch.receipts) {
                visitor.receipt(receipt);
            }
        };
    }

    private static Finding.Provable provable(SampleStream stream) throws IOException {
        List<Finding> found = findings(stream, new MemorySurroundings(stream));
        assertThat(found).singleElement().isInstanceOf(Finding.Provable.class);
        return (Finding.Provable) found.get(0);
    }

    private static List<Finding> findings(SampleStream stream, MemorySurroundings surroundings)
            throws IOException {
        Judge judge = surroundings.judge();
        List<Finding> found = new ArrayList<>();
        for (Epoch epoch : stream.epochs) {
            List<EpochPart> parts = stream.seal(epoch);
            Judgement judgement = judge.judge(parts, receipts(epoch));
            assertThat(judgement.whole()).isTrue();
            found.addAll(judgement.findings());
        }
        return found;
    }

    /** A charge that costs enough for the changes above. */
    private static int debited(Epoch epoch) {
        for (int i = 0; i < epoch.charges.size(); i++) {
            if (epoch.charges.get(i).debitNano().compareTo(BigInteger.valueOf(200)) > 0) {
                return i;
            }
        }
        throw new AssertionError("no seed of such a stream");
    }

    private static Evidence otherOutcome(Evidence of) {
        return new Evidence(
                of.requestId(),
                of.requester(),
                of.model(),
                of.inputHash(),
                of.optionsHash(),
                of.maxFeeNano(),
                of.deadlineMillis(),
                of.nonce(),
                of.requestSignature(),
                of.providerAccount(),
                of.units().add(BigInteger.ONE),
                of.status(),
                of.outputHash(),
                of.numericClass(),
                of.outcomeSignature());
    }

    private static Charge numbered(Charge charge, long sequence) {
        return Charges.with(charge, charge.requestId(), charge.outcome(), sequence);
    }

    private static Charge back(SampleStream stream, Charge charge) {
        long before =
                stream.epochs.get(0).charges.stream()
                        .filter(one -> one.requesterAccount() == charge.requesterAccount())
                        .count();
        return numbered(charge, charge.sequence() - before);
    }
}
