package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.millrace.client.Answer;
import io.millrace.client.AskOptions;
import io.millrace.client.Deployment;
import io.millrace.client.MillraceClient;
import io.millrace.client.ReceiptProof;
import io.millrace.client.RequestRefusedException;
import io.millrace.infer.BundledModels;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topic;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stack with a model of every task: scores are answered over a savepoint in the midst, signed by
 * their provider, charged and proven, and the books of all of it are audited.
 */
class TasksITCase {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long FEE = 100_000;
    private static final List<String> TEXTS =
            List.of("Call me Ishmael.", "a cold November in my soul", "Call me Ishmael!");

    @TempDir private Path folder;

    @Test
    void tasks_jobRestoredMidway_answeredSignedAndProven() throws Exception {
        StackOptions options =
                StackOptions.in(folder.resolve("stack"))
                        .withModels(
                                List.of(BundledModels.DEFAULT, "tiny-classifier", "tiny-reranker"));
        try (LocalStack stack = TestStack.own(options);
                StackClient books = new StackClient(stack)) {
            stack.awaitDeposits();
            StackFile file = stack.file();
            String key = Files.readString(Path.of(file.requesters().get(0).keyFile()));
            try (MillraceClient client =
                    MillraceClient.connect(Deployment.ofStack(stack.directory()), key)) {
                AskOptions ranking = options(file, "tiny-reranker");
                AskOptions labelling = options(file, "tiny-classifier");
                List<CompletableFuture<Answer>> midway = askMany(client, ranking, labelling);
                // Some tasks have hardly begun: the stop is asked for until Flink takes it.
                String savepoint = stack.job().stop();
                midway.addAll(askMany(client, ranking, labelling));
                stack.job().start(TestStack::job, savepoint, 0, Map.of());
                expectAnswers(client, midway);

                Answer ranked = client.rerank("who narrates?", TEXTS, ranking);
                expectProven(client, ranked);
                expectProven(client, client.ask(TEXTS, labelling));
                expectRefusals(client, ranking);
            }
            books.awaitSettled();
            assertThat(books.audit().checks()).allMatch(check -> check.ok());
            assertResultsAreAsTheirSchemaSays(file);
        }
    }

    private static AskOptions options(StackFile file, String model) {
        return AskOptions.upTo(FEE).of(file.models().getOrDefault(model, model)).within(PATIENCE);
    }

    private static List<CompletableFuture<Answer>> askMany(
            MillraceClient client, AskOptions ranking, AskOptions labelling) {
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(client.rerankAsync("who narrates?", TEXTS, ranking));
            asked.add(client.askAsync(TEXTS, labelling));
            asked.add(client.askAsync("whale number " + i, AskOptions.upTo(FEE)));
        }
        return asked;
    }

    /** Equal requests have equal answers, on both sides of the savepoint. */
    private static void expectAnswers(MillraceClient client, List<CompletableFuture<Answer>> asked)
            throws Exception {
        List<Answer> answers = new ArrayList<>();
        for (CompletableFuture<Answer> one : asked) {
            answers.add(one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            assertThat(client.isSignedByProvider(answer)).isTrue();
            if (i % 3 < 2) {
                assertThat(answer.embeddings()).isEqualTo(answers.get(i % 3).embeddings());
                assertThat(answer.units()).isEqualTo(answers.get(i % 3).units());
            }
        }
        assertThat(answers.get(0).relevance())
                .hasSize(TEXTS.size())
                .allSatisfy(score -> assertThat(score).isBetween(0f, 1f))
                .doesNotHaveDuplicates();
        assertThat(answers.get(1).scores())
                .hasSize(TEXTS.size())
                .allSatisfy(
                        scores -> {
                            assertThat(scores).containsOnlyKeys("left", "middle", "right");
                            assertThat(
                                            scores.values().stream()
                                                    .mapToDouble(Float::floatValue)
                                                    .sum())
                                    .isBetween(0.999999, 1.000001);
                        });
    }

    private static void expectProven(MillraceClient client, Answer answer) throws Exception {
        assertThat(client.isSignedByProvider(answer)).isTrue();
        List<List<Float>> turned = new ArrayList<>(answer.embeddings());
        turned.add(turned.remove(0));
        Answer falsified =
                new Answer(
                        answer.requestId(),
                        true,
                        answer.labels(),
                        turned,
                        answer.units(),
                        answer.debitNano(),
                        answer.provider(),
                        answer.asked());
        assertThat(client.isSignedByProvider(falsified)).as("scores of another order").isFalse();
        ReceiptProof proof =
                await().atMost(PATIENCE)
                        .until(() -> client.receipt(answer), Optional::isPresent)
                        .orElseThrow();
        await().atMost(PATIENCE).until(() -> client.verify(answer, proof));
        assertThat(client.verify(falsified, proof)).isFalse();
    }

    private static void expectRefusals(MillraceClient client, AskOptions ranking) {
        assertRefused("QUERY_MISSING", () -> client.ask(TEXTS, ranking));
        assertRefused("QUERY_UNEXPECTED", () -> client.rerank("who?", TEXTS, AskOptions.upTo(FEE)));
        assertRefused(
                "INPUT_TOO_LONG",
                () -> client.rerank("whale ".repeat(70), List.of("whale ".repeat(70)), ranking));
    }

    private static void assertRefused(String code, ThrowingCallable ask) {
        assertThatThrownBy(ask)
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private static void assertResultsAreAsTheirSchemaSays(StackFile file) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        JsonSchema schema;
        try (var in = Topic.class.getResourceAsStream(Topics.RESULTS + ".schema.json")) {
            schema =
                    JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                            .getSchema(mapper.readTree(in));
        }
        List<String> kinds = new ArrayList<>();
        try (TopicScan scan =
                new TopicScan(Brokers.at(file.bootstrapServers()), List.of(Topics.RESULTS))) {
            scan.toEnd(
                    record -> {
                        var result = mapper.readTree(record.value());
                        assertThat(schema.validate(result)).isEmpty();
                        kinds.add(result.path("data").path(0).path("object").asText());
                    });
        }
        assertThat(kinds).contains("embedding", "classification", "reranking");
    }
}
