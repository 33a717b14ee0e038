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
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.List;
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
            byte[] outputHash = OutcomeSignature.outputHash(output(vector));
            byte[] digest =
                    signatures.digest(
                            vector.get("requestId").asText(),
                            vector.get("providerAccount").asInt(),
                            vector.get("units").asLong(),
                            vector.get("status").asInt(),
                            outputHash,
                            vector.get("numericClass").asText());

            assertThat(Hex.encode(outputHash))
                    .as(name)
                    .isEqualTo(vector.get("outputHash").asText());
            assertThat(Hex.encode(digest)).as(name).isEqualTo(vector.get("digest").asText());
            assertThat(Secp256k1.recover(digest, Hex.decode(vector.get("signature").asText())))
                    .as(name)
                    .contains(vector.get("signer").asText());
        }
    }

    private static Output output(JsonNode vector) {
        if (!vector.has("embeddings")) {
            float[] embedding = floats(vector.get("embedding"));
            return embedding.length == 0 ? Output.NONE : Output.of(embedding);
        }
        List<float[]> embeddings = new ArrayList<>();
        vector.get("embeddings").forEach(one -> embeddings.add(floats(one)));
        return Output.embeddings(true, embeddings);
    }

    private static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.parseFloat(numbers.get(i).asText());
        }
        return floats;
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

    /** What a list gives is told from what its texts give each, and from other orders of it. */
    @Test
    void outputHash_listOrNot_inAnyOrder_differs() {
        float[] one = {0.6f, 0.8f};
        float[] two = {0.8f, 0.6f};

        assertThat(
                        List.of(
                                hash(Output.of(one)),
                                hash(Output.embeddings(true, List.of(one))),
                                hash(Output.embeddings(true, List.of(one, two))),
                                hash(Output.embeddings(true, List.of(two, one))),
                                hash(Output.of(0.6f, 0.8f, 0.8f, 0.6f)),
                                hash(Output.NONE)))
                .doesNotHaveDuplicates();
        assertThat(hash(Output.embeddings(true, List.of()))).isEqualTo(hash(Output.NONE));
    }

    /** The others' hashes stand for the others. */
    @Test
    void outputHash_oneOfAList_isShownByTheHashesOfTheOthers() {
        float[] shown = {0.6f, 0.8f};
        byte[] before = OutcomeSignature.vectorHash(new float[] {1, 0});
        byte[] after = OutcomeSignature.vectorHash(new float[] {0, 1});

        assertThat(
                        hash(
                                Output.embeddings(
                                        true,
                                        List.of(new float[] {1, 0}, shown, new float[] {0, 1}))))
                .isEqualTo(
                        Hex.encode(Keccak.hash(before, OutcomeSignature.vectorHash(shown), after)));
    }

    private static String hash(Output output) {
        return Hex.encode(OutcomeSignature.outputHash(output));
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
                SIGNED.output(),
                "",
                account,
                address,
                SIGNED.providerSignature());
    }
}
