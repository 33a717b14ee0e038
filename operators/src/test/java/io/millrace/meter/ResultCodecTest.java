package io.millrace.meter;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.PROVIDER;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RequestBuilder.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.OutcomeStatus;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.PageExample;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResultCodecTest {

    private static Result result(OutcomeStatus status, String detail, float... embedding) {
        return new Result(
                OutcomeBuilder.outcome(
                                request("a").requester(4, ALICE).units(12).price(1000, 2).at(1, 6))
                        .embedding(embedding)
                        .status(status)
                        .detail(detail)
                        .signed("0xabcd"),
                1);
    }

    @Test
    void encode_answer_hasTheShapeOfAnEmbeddingResponse() {
        String json =
                new String(
                        ResultCodec.encode(result(OutcomeStatus.ANSWERED, "", 0.1f, -0.5f)), UTF_8);

        assertThat(json)
                .isEqualTo(
                        "{\"id\":\""
                                + id("a")
                                + "\",\"object\":\"list\",\"model\":\""
                                + MODEL
                                + "\",\"status\":\"answered\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                                + "\"embedding\":[0.1,-0.5]}],\"usage\":{\"prompt_tokens\":12,\"total_tokens\":12},"
                                + "\"charge\":{\"debitNano\":1,\"priceNanoPerMillion\":1000,\"priceVersion\":2,"
                                + "\"requesterAddress\":\""
                                + ALICE
                                + "\",\"requesterAccount\":4},"
                                + "\"provider\":{\"account\":3,\"address\":\""
                                + PROVIDER
                                + "\",\"numericClass\":\""
                                + Hex.ZERO_32
                                + "\",\"signature\":\"0xabcd\"},"
                                + "\"error\":null}");
    }

    @Test
    void encode_answer_isAsThePageShowsIt() throws IOException {
        JsonNode json =
                new ObjectMapper()
                        .readTree(ResultCodec.encode(result(OutcomeStatus.ANSWERED, "", 0.1f)));
        assertThat(PageExample.shape(PageExample.under("Results")))
                .isEqualTo(PageExample.shape(json));
    }

    @Test
    void encode_list_anObjectATextWithItsPlaceAndTheSumOfTokens() throws IOException {
        Result result =
                new Result(
                        OutcomeBuilder.outcome(request("a").inputs(List.of("x", "y", "z"), 9))
                                .embeddings(
                                        List.of(
                                                new float[] {1, 0},
                                                new float[] {0, 1},
                                                new float[] {0.6f, 0.8f}))
                                .build(),
                        1);

        JsonNode json = new ObjectMapper().readTree(ResultCodec.encode(result));

        assertThat(json.get("data").toString())
                .isEqualTo(
                        "[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1.0,0.0]},"
                            + "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.0,1.0]},"
                            + "{\"object\":\"embedding\",\"index\":2,\"embedding\":[0.6,0.8]}]");
        assertThat(json.get("usage").get("total_tokens").asInt()).isEqualTo(9);
    }

    @Test
    void encode_failure_saysWhyAndHasNoData() throws IOException {
        JsonNode json =
                new ObjectMapper()
                        .readTree(ResultCodec.encode(result(OutcomeStatus.FAILED, "a \"reason\"")));

        assertThat(json.get("status").asText()).isEqualTo("failed");
        assertThat(json.get("data")).isEmpty();
        assertThat(json.get("error").get("code").asText()).isEqualTo("FAILED");
        assertThat(json.get("error").get("message").asText()).isEqualTo("a \"reason\"");
    }

    @Test
    void encode_anyFloat_readsBackBitForBit() throws IOException {
        long seed = 3;
        Random random = new Random(seed);
        float[] embedding = new float[4096];
        for (int i = 0; i < embedding.length; i++) {
            do {
                embedding[i] = Float.intBitsToFloat(random.nextInt());
            } while (!Float.isFinite(embedding[i]));
        }
        embedding[0] = 2.0E-44f; // Float.toString of JDK 17 needs a digit more
        JsonNode json =
                new ObjectMapper()
                        .readTree(
                                ResultCodec.encode(result(OutcomeStatus.ANSWERED, "", embedding)));

        JsonNode read = json.get("data").get(0).get("embedding");
        for (int i = 0; i < embedding.length; i++) {
            assertThat(Float.parseFloat(read.get(i).asText()))
                    .as("seed %s at %s", seed, i)
                    .isEqualTo(embedding[i]);
        }
    }
}
