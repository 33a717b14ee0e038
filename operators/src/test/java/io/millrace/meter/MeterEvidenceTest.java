package io.millrace.meter;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.BOB_KEY;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.testing.Feeding;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.RequestBuilder;
import io.millrace.testing.RestoringHarness;
import io.millrace.unit.Hex;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands behind a charge leaves with it. */
class MeterEvidenceTest {

    private static final long MOST = -1; // 2^64 - 1

    private static Outcome outcome(InferenceRequest request, OutcomeStatus status) {
        return OutcomeBuilder.outcome(RequestBuilder.request().signed(request).units(3))
                .status(status)
                .build();
    }

    private static InferenceRequest signed(String input, long nonce, byte[] key) {
        return SIGNATURE.sign(MODEL, input, MOST, 600_000, nonce, key);
    }

    private static RestoringHarness.Run<Charge> run(Feeding feeding, List<Outcome> outcomes) {
        List<RestoringHarness.Item<Outcome, Void>> items =
                outcomes.stream()
                        .map(outcome -> RestoringHarness.<Outcome, Void>first(outcome))
                        .toList();
        return RestoringHarness.keyed(
                        new MeterFunction(DOMAIN),
                        outcome -> outcome.terms().requesterAddress(),
                        Types.STRING)
                .collecting(MeterFunction.EVIDENCE)
                .run(feeding, items);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void meter_anyOutcome_oneEvidenceEachWithWhatBothSigned(Feeding feeding) {
        List<InferenceRequest> requests =
                List.of(
                        signed("answered", 1, ALICE_KEY),
                        signed("expired", MOST, BOB_KEY),
                        signed("failed", 3, ALICE_KEY));
        List<Outcome> outcomes =
                List.of(
                        outcome(requests.get(0), OutcomeStatus.ANSWERED),
                        outcome(requests.get(1), OutcomeStatus.EXPIRED),
                        outcome(requests.get(2), OutcomeStatus.FAILED));

        RestoringHarness.Run<Charge> run = run(feeding, outcomes);

        List<Evidence> evidence = run.side(MeterFunction.EVIDENCE);
        assertThat(evidence)
                .extracting(Evidence::requestId)
                .containsExactlyElementsOf(run.main().stream().map(Charge::requestId).toList());
        assertThat(evidence).extracting(Evidence::units).containsExactly(3L, 0L, 0L);
        for (int i = 0; i < evidence.size(); i++) {
            Evidence one = evidence.get(i);
            Outcome outcome = outcomes.get(i);
            assertThat(one.requesterAddress()).isEqualTo(requests.get(i).requester());
            assertThat(one.model()).isEqualTo(MODEL);
            assertThat(one.request()).isEqualTo(outcome.terms().signed());
            assertThat(one.providerAccount()).isEqualTo(outcome.providerAccount());
            assertThat(one.status()).isEqualTo(outcome.status());
            assertThat(one.outputHash())
                    .isEqualTo(Hex.encode(OutcomeSignature.outputHash(outcome.embedding())));
            assertThat(one.numericClass()).isEqualTo(Outcome.ANY_CLASS);
            assertThat(one.providerSignature()).isEqualTo(outcome.providerSignature());
        }
    }

    /** Of tasks out of a state that was written when their requests' signatures did not travel. */
    @Test
    void meter_signatureNotInTheState_chargedWithoutEvidence() {
        Outcome known = outcome(signed("text", 1, ALICE_KEY), OutcomeStatus.ANSWERED);
        Terms terms = known.terms();
        Outcome old =
                OutcomeBuilder.outcome(
                                new Terms(
                                        terms.requestId(),
                                        ALICE,
                                        terms.requesterAccount(),
                                        MODEL,
                                        terms.units(),
                                        terms.price(),
                                        terms.reservedNano(),
                                        terms.appendMillis(),
                                        new RequestPlace(0, 9),
                                        null))
                        .build();

        RestoringHarness.Run<Charge> run = run(Feeding.ALL_AT_ONCE, List.of(old, known));

        assertThat(run.main()).extracting(Charge::sequence).containsExactly(1L, 2L);
        assertThat(run.side(MeterFunction.EVIDENCE)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(OutcomeStatus.class)
    void outcomeOf_record_isTheOutcomeOfItsCharge(OutcomeStatus status) {
        RestoringHarness.Run<Charge> run =
                run(Feeding.ALL_AT_ONCE, List.of(outcome(signed("text", 1, ALICE_KEY), status)));
        Charge charge = run.main().get(0);
        byte[] value = EvidenceCodec.encode(run.side(MeterFunction.EVIDENCE).get(0));
        OutcomeSignature signatures = new OutcomeSignature(DOMAIN);

        assertThat(EvidenceCodec.outcomeOf(charge.requestId(), value, signatures))
                .isEqualTo(charge.outcome());
        assertThatThrownBy(
                        () -> EvidenceCodec.outcomeOf(charge.requestId(), new byte[9], signatures))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("9 bytes; version 1 has 348");
    }

    @Test
    void encode_hashOfAnotherLength_throws() {
        Outcome outcome = outcome(signed("text", 1, ALICE_KEY), OutcomeStatus.ANSWERED);

        Evidence evidence = requireNonNull(Evidence.of(outcome, new byte[31]));
        assertThatThrownBy(() -> EvidenceCodec.encode(evidence))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31 bytes where 32 are needed");
    }
}
