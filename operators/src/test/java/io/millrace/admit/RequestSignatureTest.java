package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.testing.Vectors;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import org.junit.jupiter.api.Test;

class RequestSignatureTest {

    @Test
    void digest_sharedVectors_sameAsEthersAndSolidity() {
        JsonNode file = Vectors.read("request-digest.json");
        RequestSignature signature = new RequestSignature(Vectors.domain(file));

        assertThat(file.get("cases")).isNotEmpty();
        for (JsonNode vector : file.get("cases")) {
            String name = vector.get("name").asText();
            assertThat(Hex.encode(Keccak.hashUtf8(vector.get("input").asText())))
                    .as(name)
                    .isEqualTo(vector.get("inputHash").asText());
            byte[] digest = Hex.decode(vector.get("digest").asText());
            assertThat(digest(file, vector)).as(name).isEqualTo(vector.get("digest").asText());
            assertThat(signature.signer(digest, vector.get("signature").asText()))
                    .as(name)
                    .contains(vector.get("signer").asText());
            assertThat(
                            Hex.encode(
                                    Secp256k1.sign(
                                            digest, Hex.decode(vector.get("privateKey").asText()))))
                    .as(name + ": both sign deterministically")
                    .isEqualTo(vector.get("signature").asText());
        }
    }

    /** A vector's deadline of 2^63 - 1 is beyond what the wire form takes: it is hashed by hand. */
    private static String digest(JsonNode file, JsonNode vector) {
        long maxFeeNano = vector.get("maxFeeNano").asLong();
        long deadline = vector.get("deadline").asLong();
        long nonce = vector.get("nonce").asLong();
        String requester = vector.get("requester").asText();
        String model = vector.get("model").asText();
        Eip712Domain domain = Vectors.domain(file);
        if (deadline <= InferenceRequest.MAX_NUMBER) {
            InferenceRequest request =
                    new InferenceRequest(
                            requester,
                            model,
                            vector.get("input").asText(),
                            maxFeeNano,
                            deadline,
                            nonce,
                            "0x");
            return Hex.encode(new RequestSignature(domain).digest(request));
        }
        byte[] struct =
                Keccak.hash(
                        Keccak.hashUtf8(file.get("typeString").asText()),
                        EvmAddress.toWord(requester),
                        Hex.decode(model),
                        Hex.decode(vector.get("inputHash").asText()),
                        Eip712Domain.word(maxFeeNano),
                        Eip712Domain.word(deadline),
                        Eip712Domain.word(nonce));
        return Hex.encode(Eip712Domain.digest(domain.separator(), struct));
    }

    @Test
    void sign_thenSigner_isTheKeysAddress() {
        InferenceRequest request = SIGNATURE.sign(MODEL, "a text", 1, 2, 3, ALICE_KEY);

        assertThat(request.requester()).isEqualTo(ALICE);
        assertThat(SIGNATURE.signer(SIGNATURE.digest(request), request.signature()))
                .contains(ALICE);
    }
}
