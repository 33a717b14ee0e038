package io.millrace.infer;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.PROVIDER;
import static io.millrace.testing.Fixtures.PROVIDER_KEY;
import static io.millrace.testing.Fixtures.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.testing.Vectors;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import org.junit.jupiter.api.Test;

class OutcomeSignatureTest {

    private static final float[] EMBEDDING = {0.5f, -0.25f};
    private static final OutcomeSignature SIGNATURES = new OutcomeSignature(DOMAIN);
    private static final String SIGNED =
            SIGNATURES.sign(id("a"), 2, 7, OutcomeStatus.ANSWERED, EMBEDDING, PROVIDER_KEY);

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
                            embedding);

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
    void isBy_anyFieldChanged_isFalse() {
        float[] other = {0.5f, -0.26f};

        assertThat(isBy(PROVIDER, id("a"), 2, 7, OutcomeStatus.ANSWERED, EMBEDDING)).isTrue();
        assertThat(isBy(ALICE, id("a"), 2, 7, OutcomeStatus.ANSWERED, EMBEDDING)).isFalse();
        assertThat(isBy(PROVIDER, id("b"), 2, 7, OutcomeStatus.ANSWERED, EMBEDDING)).isFalse();
        assertThat(isBy(PROVIDER, id("a"), 3, 7, OutcomeStatus.ANSWERED, EMBEDDING)).isFalse();
        assertThat(isBy(PROVIDER, id("a"), 2, 8, OutcomeStatus.ANSWERED, EMBEDDING)).isFalse();
        assertThat(isBy(PROVIDER, id("a"), 2, 7, OutcomeStatus.FAILED, EMBEDDING)).isFalse();
        assertThat(isBy(PROVIDER, id("a"), 2, 7, OutcomeStatus.ANSWERED, other)).isFalse();
    }

    @Test
    void isBy_noSignatureAtAll_isFalse() {
        assertThat(SIGNATURES.isBy(PROVIDER, id("a"), 2, 7, OutcomeStatus.ANSWERED, EMBEDDING, "?"))
                .isFalse();
    }

    private static boolean isBy(
            String address,
            String id,
            int providerAccount,
            long units,
            OutcomeStatus status,
            float[] out) {
        return SIGNATURES.isBy(address, id, providerAccount, units, status, out, SIGNED);
    }
}
