package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochHeaderHashTest {

    @Test
    void epochHeaderHash_sharedVectors_digestsAgree() throws IOException {
        JsonNode file =
                new ObjectMapper()
                        .readTree(
                                Path.of("..", "contracts", "test", "vectors", "epoch-header.json")
                                        .toFile());
        JsonNode domain = file.get("domain");
        EpochHeaderHash hash =
                new EpochHeaderHash(
                        new Eip712Domain(
                                domain.get("chainId").asLong(),
                                domain.get("verifyingContract").asText()));

        for (JsonNode vector : file.get("cases")) {
            assertThat(hash.of(header(vector)))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
    }

    @Test
    void cutDigest_positionsInAnyOrder_isTheSame() {
        CutPosition requests = new CutPosition(8, "requests-0", 41);
        CutPosition vault = new CutPosition(8, CutPosition.VAULT, 17);

        assertThat(CutDigest.of(List.of(vault, requests)))
                .isEqualTo(CutDigest.of(List.of(requests, vault)))
                .isNotEqualTo(CutDigest.of(List.of(requests)));
    }

    private static EpochHeader header(JsonNode vector) {
        return new EpochHeader(
                vector.get("previousHeader").asText(),
                vector.get("epoch").asLong(),
                vector.get("part").asInt(),
                vector.get("parts").asInt(),
                vector.get("receiptsRoot").asText(),
                vector.get("receiptsSumNano").asLong(),
                vector.get("receiptsCount").asLong(),
                vector.get("levels").asInt(),
                vector.get("partSumNano").asLong(),
                vector.get("wordsHash").asText(),
                vector.get("cutDigest").asText(),
                vector.get("l2Block").asLong());
    }
}
