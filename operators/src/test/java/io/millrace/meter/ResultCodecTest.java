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
import io.millrace.admit.ModelTask;
import io.millrace.infer.OutcomeStatus;
import io.millrace.infer.Output;
import io.millrace.infer.output.Activation;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.PageExample;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    void encode_scores_byLabelOrByRank() throws IOException {
        Output labelled =
                new Output(
                        false,
                        ModelTask.CLASSIFICATION,
                        List.of("no \"spam\"", "spam"),
                        List.of(new float[] {0.1f, 0.9f}));
        assertThat(data(labelled, "x"))
                .isEqualTo(
                        "[{\"object\":\"classification\",\"index\":0,\"scores\":["
                                + "{\"label\":\"no \\\"spam\\\"\",\"score\":0.1},"
                                + "{\"label\":\"spam\",\"score\":0.9}]}]");
        Output ranked =
                new Output(
                        true,
                        ModelTask.RERANKING,
                        List.of(),
                        List.of(new float[] {0.25f}, new float[] {-1.5f}));
        assertThat(data(ranked, "x", "y"))
                .isEqualTo(
                        "[{\"object\":\"reranking\",\"index\":0,\"relevance_score\":0.25},"
                            + "{\"object\":\"reranking\",\"index\":1,\"relevance_score\":-1.5}]");
    }

    /** The topic takes 8 MiB, and a record that does not fit would stop the job. */
    @Test
    void encode_mostTextsOfMostAndLongestLabels_fitIntoARecord() {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < ModelManifest.MAX_LABELS; i++) {
            labels.add("%03d".formatted(i) + "語".repeat(ModelManifest.MAX_LABEL_CHARS - 3));
        }
        ModelManifest.Head head =
                new ModelManifest.Scores(ModelTask.CLASSIFICATION, labels, Activation.NONE);
        float[] scores = new float[head.width()];
        Arrays.fill(scores, -1.2345678E-38f);
        List<String> texts = Collections.nCopies(128, "x");
        Output output =
                new Output(true, head.task(), head.labels(), Collections.nCopies(128, scores));
        Result result =
                new Result(
                        OutcomeBuilder.outcome(request("a").inputs(texts, 9))
                                .output(output)
                                .build(),
                        1);
        assertThat(ResultCodec.encode(result).length).isBetween(5 << 20, 7 << 20);
    }

    private static String data(Output output, String... texts) throws IOException {
        Result result =
                new Result(
                        OutcomeBuilder.outcome(request("a").inputs(List.of(texts), 9))
                                .output(output)
                                .build(),
                        1);
        return new ObjectMapper().readTree(ResultCodec.encode(result)).get("data").toString();
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
