package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the vectors that the contracts, the engine and the audit are held to. */
class TypedDataTest {

    @ParameterizedTest
    @CsvSource({
        "request-digest, InferenceRequest",
        "outcome-digest, Outcome",
        "receipt-leaf, Receipt",
        "epoch-header, EpochHeader"
    })
    void digest_everyVector_isTheOneThatTheContractsKnow(String file, String name)
            throws Exception {
        JsonNode vectors = vectors(file);
        String type = vectors.path("typeString").asText();
        assertThat(
                        List.of(
                                TypedData.REQUEST,
                                TypedData.OUTCOME,
                                TypedData.RECEIPT,
                                TypedData.HEADER))
                .contains(type);
        assertThat(type).startsWith(name + "(");
        TypedData hashes = hashes(vectors);
        assertThat(vectors.path("cases")).isNotEmpty();
        for (JsonNode vector : vectors.path("cases")) {
            assertThat(hashes.digest(type, (ObjectNode) vector))
                    .as(vector.path("name").asText())
                    .isEqualTo(vector.path("digest").asText());
        }
    }

    @Test
    void inputHash_everyInput_isTheOneThatIsSigned() throws Exception {
        int lists = 0;
        int queries = 0;
        for (JsonNode vector : vectors("request-digest").path("cases")) {
            boolean list = vector.path("input").isArray();
            lists += list ? 1 : 0;
            String query = vector.has("query") ? vector.path("query").asText() : null;
            queries += query == null ? 0 : 1;
            List<String> texts = new ArrayList<>();
            if (list) {
                vector.path("input").forEach(text -> texts.add(text.asText()));
            } else {
                texts.add(vector.path("input").asText());
            }
            assertThat(TypedData.inputHash(query, texts, list))
                    .isEqualTo(vector.path("inputHash").asText());
        }
        assertThat(queries).isPositive();
        assertThat(lists).isPositive();
    }

    @Test
    void outputHash_everyVector_isTheOneThatIsSigned() throws Exception {
        int lists = 0;
        for (JsonNode vector : vectors("outcome-digest").path("cases")) {
            boolean list = vector.has("embeddings");
            lists += list ? 1 : 0;
            List<List<Float>> embeddings = new ArrayList<>();
            vector.path("embeddings").forEach(one -> embeddings.add(floats(one)));
            if (!list) {
                embeddings.add(floats(vector.path("embedding")));
            }
            assertThat(TypedData.outputHash(embeddings, list))
                    .isEqualTo(vector.path("outputHash").asText());
        }
        assertThat(lists).isPositive();
    }

    private static List<Float> floats(JsonNode numbers) {
        List<Float> floats = new ArrayList<>();
        numbers.forEach(number -> floats.add(Float.valueOf(number.asText())));
        return floats;
    }

    private static TypedData hashes(JsonNode vectors) {
        JsonNode domain = vectors.path("domain");
        return new TypedData(
                domain.path("chainId").asLong(), domain.path("verifyingContract").asText());
    }

    static JsonNode vectors(String name) throws Exception {
        return new ObjectMapper()
                .readTree(Path.of("../../../contracts/test/vectors", name + ".json").toFile());
    }
}
