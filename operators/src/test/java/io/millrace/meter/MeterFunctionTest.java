package io.millrace.meter;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.BOB;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.PROVIDER;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RestoringHarness.act;
import static io.millrace.testing.RestoringHarness.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.BrokenBooksException;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.testing.ChargeBuilder;
import io.millrace.testing.Feeding;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.RequestBuilder;
import io.millrace.testing.RestoringHarness;
import io.millrace.unit.Hex;
import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeterFunctionTest {

    private static Outcome outcome(
            String name, String requester, OutcomeStatus status, int units, long price) {
        return OutcomeBuilder.outcome(request(name, requester, units, price))
                .status(status)
                .build();
    }

    private static RequestBuilder request(String name, String requester, int units, long price) {
        return RequestBuilder.request(name)
                .requester(4, requester)
                .units(units)
                .price(price, 2)
                .at(1, 12);
    }

    /** An answer that costs 10 nano-USD where 9 were reserved. */
    static Outcome tooDear() {
        return OutcomeBuilder.outcome(request("a", ALICE, 10, 1_000_000).feeNano(9)).build();
    }

    /** With the signature of another outcome. */
    static Outcome forged() {
        Outcome other = outcome("b", ALICE, OutcomeStatus.ANSWERED, 10, 1);
        return OutcomeBuilder.outcome(request("a", ALICE, 10, 1)).signed(other.providerSignature());
    }

    private static RestoringHarness<Outcome, Void, Charge> meter() {
        return RestoringHarness.keyed(
                        new MeterFunction(DOMAIN),
                        outcome -> outcome.terms().requesterAddress(),
                        Types.STRING)
                .collecting(MeterFunction.RESULTS, MeterFunction.EVIDENCE);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void meter_answer_chargedInDoubleEntryAndDelivered(Feeding feeding) {
        Outcome outcome =
                OutcomeBuilder.outcome(request("a", ALICE, 40, 25_000_000).feeBasisPoints(250))
                        .build();

        RestoringHarness.Run<Charge> run = meter().run(feeding, first(outcome));

        assertThat(run.main())
                .containsExactly(
                        ChargeBuilder.charge()
                                .id(id("a"))
                                .requester(4, ALICE)
                                .sequence(1)
                                .provider(3, PROVIDER)
                                .model(MODEL)
                                .units(40)
                                .price(25_000_000, 2)
                                .feeBasisPoints(250)
                                .amounts(1000, 25)
                                .status(OutcomeStatus.ANSWERED)
                                .outcome(Hex.encode(new OutcomeSignature(DOMAIN).digest(outcome)))
                                .at(1, 12)
                                .build());
        assertThat(run.side(MeterFunction.RESULTS)).containsExactly(new Result(outcome, 1000));
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void meter_anyOutcome_oneChargeEachNumberedPerRequesterFromOne(Feeding feeding) {
        RestoringHarness.Run<Charge> run =
                meter().run(
                                feeding,
                                first(outcome("a", ALICE, OutcomeStatus.ANSWERED, 3, 1)),
                                first(outcome("b", BOB, OutcomeStatus.ANSWERED, 3, 1)),
                                first(outcome("c", ALICE, OutcomeStatus.FAILED, 3, 1)),
                                first(outcome("d", ALICE, OutcomeStatus.EXPIRED, 3, 1)),
                                first(outcome("e", BOB, OutcomeStatus.ANSWERED, 3, 1)),
                                first(outcome("f", ALICE, OutcomeStatus.ANSWERED, 3, 1)));

        assertThat(run.main()).extracting(Charge::sequence).containsExactly(1L, 1L, 2L, 3L, 2L, 4L);
        assertThat(run.main())
                .extracting(Charge::debitNano)
                .containsExactly(1L, 1L, 0L, 0L, 1L, 1L);
        assertThat(run.main()).extracting(Charge::units).containsExactly(3L, 3L, 0L, 0L, 3L, 3L);
        assertThat(run.side(MeterFunction.RESULTS)).hasSize(6);
    }

    @Test
    void meter_priceChangedSinceAdmission_requesterPaysWhatWasReserved() {
        // The outcome carries the price of its admission; the registry is not asked again.
        RestoringHarness.Run<Charge> run =
                meter().run(
                                Feeding.ALL_AT_ONCE,
                                first(
                                        outcome(
                                                "before",
                                                ALICE,
                                                OutcomeStatus.ANSWERED,
                                                10,
                                                1_000_000)),
                                first(
                                        outcome(
                                                "after",
                                                ALICE,
                                                OutcomeStatus.ANSWERED,
                                                10,
                                                9_000_000)));

        assertThat(run.main()).extracting(Charge::debitNano).containsExactly(10L, 90L);
    }

    @Test
    void meter_costAboveReservation_throws() {
        assertThatThrownBy(() -> meter().run(Feeding.ALL_AT_ONCE, first(tooDear())))
                .isInstanceOf(BrokenBooksException.class)
                .hasMessageContaining("costs 10 nano-USD but only 9 were reserved (M2)")
                .hasMessageContaining("millrace audit");
    }

    @Test
    void meter_outcomeNotSignedByItsProvider_throws() {
        assertThatThrownBy(() -> meter().run(Feeding.ALL_AT_ONCE, first(forged())))
                .as("made and signed anew after a restart")
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not signed by " + PROVIDER);
    }

    @Test
    void meter_usage_countsPerRequesterAndModel() {
        List<Usage> seen = new ArrayList<>();

        meter().run(
                        Feeding.RESTORE_BETWEEN,
                        first(outcome("a", ALICE, OutcomeStatus.ANSWERED, 10, 1_000_000)),
                        first(outcome("b", ALICE, OutcomeStatus.FAILED, 10, 1_000_000)),
                        first(outcome("c", BOB, OutcomeStatus.ANSWERED, 1, 1_000_000)),
                        act(
                                harness -> {
                                    harness.getOperator().setCurrentKey(ALICE);
                                    seen.add(
                                            harness.getOperator()
                                                    .getRuntimeContext()
                                                    .getMapState(MeterFunction.USAGE)
                                                    .get(MODEL));
                                }));

        assertThat(seen).containsExactly(new Usage(2, 10, 10));
    }

    @Test
    void charge_anyUnitsPriceAndFee_balancesAndRoundsUpByLessThanOne() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            int units = random.nextInt(512);
            long price = random.nextLong(1L << (1 + random.nextInt(40)));
            int feeBasisPoints = random.nextInt(Nano.BASIS_POINTS + 1);
            Outcome outcome =
                    OutcomeBuilder.outcome(
                                    request("x" + i, ALICE, units, price)
                                            .feeBasisPoints(feeBasisPoints))
                            .build();
            Charge charge =
                    new ChargeRule(DOMAIN)
                            .charge(outcome, OutcomeSignature.outputHash(outcome.output()), i + 1);

            assertThat(charge.debitNano())
                    .as("seed %s, %s", seed, charge)
                    .isEqualTo(charge.creditNano() + charge.feeNano());
            long excess = charge.debitNano() * 1_000_000 - units * price;
            assertThat(excess)
                    .as("seed %s, %s: millionths of a nano-USD too much", seed, charge)
                    .isBetween(0L, 999_999L);
            assertThat(charge.feeNano()).isEqualTo(charge.debitNano() * feeBasisPoints / 10_000);
        }
    }
}
