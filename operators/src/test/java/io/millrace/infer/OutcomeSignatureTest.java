package io.millrace.infer;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.PROVIDER;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.RequestBuilder;
import io.millrace.testing.Vectors;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import org.junit.jupiter.api.Test;

class OutcomeSignatureTest {

    private static final OutcomeSignature SIGNATURES = new OutcomeSignature(DOMAIN);
    private static final Outcome SIGNED = OutcomeBuilder.outcome(request("a").units(7)).build();

    @Test
    void digest_sharedVectors_sameAsEthersAndSolidity() {
        JsonNode file = Vectors.read("outcome-digest.json");
        OutcomeSignature signatures = new OutcomeSignature(Vectors.domain(file));

        assertThat(file.get("cases")).isNotEmpty();
        for (JsonNode vector : file.get("cases")) {
            String name = vector.get("name").asText();
            float[] embedding = new float[vector.get("embedding").size()];
            for (int i = 0; i < embedding.length; i++) {
                embedding[i] = Float.parseFloat(vector.get("embedding").get(i).asText());
            }
            byte[] digest =
                    signatures.digest(
                            vector.get("requestId").asText(),
                            vector.get("providerAccount").asInt(),
                            vector.get("units").asLong(),
                            vector.get("status").asInt(),
                            OutcomeSignature.outputHash(embedding),
                            vector.get("numericClass").asText());

            assertThat(Hex.encode(OutcomeSignature.outputHash(embedding)))
                    .as(name)
                    .isEqualTo(vector.get("outputHash").asText());
            assertThat(Hex.encode(digest)).as(name).isEqualTo(vector.get("digest").asText());
            assertThat(Secp256k1.recover(digest, Hex.decode(vector.get("signature").asText())))
                    .as(name)
                    .contains(vector.get("signer").asText());
        }
    }

    @Test
    void isSigned_anyFieldChanged_isFalse() {
        assertThat(isSigned(SIGNED)).isTrue();
        assertThat(isSigned(with(request("b").units(7), SIGNED))).isFalse();
        assertThat(isSigned(with(request("a").units(8), SIGNED))).isFalse();
        assertThat(
                        isSigned(
                                OutcomeBuilder.outcome(request("a").units(7))
                                        .embedding(0.6f, 0.81f)
                                        .signed(SIGNED.providerSignature())))
                .isFalse();
        assertThat(isSigned(of(OutcomeStatus.FAILED, Outcome.ANY_CLASS, 3, PROVIDER))).isFalse();
        assertThat(isSigned(of(OutcomeStatus.ANSWERED, id("class"), 3, PROVIDER))).isFalse();
        assertThat(isSigned(of(OutcomeStatus.ANSWERED, Outcome.ANY_CLASS, 2, PROVIDER))).isFalse();
        assertThat(isSigned(of(OutcomeStatus.ANSWERED, Outcome.ANY_CLASS, 3, ALICE))).isFalse();
        assertThat(isSigned(of(OutcomeStatus.ANSWERED, Outcome.ANY_CLASS, 3, PROVIDER))).isTrue();
    }

    /** What is signed is what is charged: nothing, if there is no answer. */
    @Test
    void digest_noAnswer_isOfNoUnits() {
        Outcome many =
                OutcomeBuilder.outcome(request("a").units(9)).status(OutcomeStatus.FAILED).build();
        Outcome few =
                OutcomeBuilder.outcome(request("a").units(1)).status(OutcomeStatus.FAILED).build();

        assertThat(SIGNATURES.digest(many)).isEqualTo(SIGNATURES.digest(few));
    }

    @Test
    void isSigned_noSignatureAtAll_isFalse() {
        assertThat(isSigned(SIGNED.signed("?"))).isFalse();
    }

    private static boolean isSigned(Outcome outcome) {
        return SIGNATURES.isSigned(outcome, SIGNATURES.digest(outcome));
    }

    private static Outcome with(RequestBuilder request, Outcome signed) {
        return OutcomeBuilder.outcome(request).signed(signed.providerSignature());
    }

    private static Outcome of(
            OutcomeStatus status, String numericClass, int account, String address) {
        return new Outcome(
                SIGNED.terms(),
                status,
                numericClass,
                SIGNED.embedding(),
                "",
                account,
                address,
                SIGNED.providerSignature());
    }
}
