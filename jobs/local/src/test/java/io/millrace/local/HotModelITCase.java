package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.client.Answer;
import io.millrace.client.AskOptions;
import io.millrace.client.Deployment;
import io.millrace.client.MillraceClient;
import io.millrace.client.RequestRefusedException;
import io.millrace.infer.BundledModels;
import io.millrace.infer.store.ModelManifest;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model that is put on sale, copied in, asked and taken off sale while a stack runs: its job is
 * never restarted, and another model is asked all the time.
 */
class HotModelITCase {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long FEE = 100_000;
    private static final String LATER = "tiny-classifier";
    private static final String OPEN = "infer.infer.modelsOpen";
    private static final String REFUSED = "infer.infer.modelsRefused";
    private static final List<String> TEXTS = List.of("Call me Ishmael.", "a cold November");

    @TempDir private Path folder;

    @Test
    void model_soldCopiedInAndRevokedWhileTheJobRuns_answeredAndProvenWithoutARestart()
            throws Exception {
        Path models = folder.resolve("models");
        BundledModels.unpack(models, BundledModels.DEFAULT);
        ModelManifest later = BundledModels.unpack(folder.resolve("elsewhere"), LATER);
        StackOptions options =
                StackOptions.in(folder.resolve("stack"))
                        .withJobOption("models.dir", models.toString())
                        .withJobOption("infer.model.max.idle", "10 s");
        try (LocalStack stack = TestStack.own(options);
                StackClient books = new StackClient(stack);
                Wallet publisher = Wallet.ofPublisher(stack)) {
            stack.awaitDeposits();
            String key = Files.readString(Path.of(stack.file().requesters().get(0).keyFile()));
            try (MillraceClient client =
                    MillraceClient.connect(Deployment.ofStack(stack.directory()), key)) {
                AskOptions labelling = AskOptions.upTo(FEE).of(later.id()).within(PATIENCE);
                byte[] id = Hex.decode(later.id(), 32);
                assertRefused(client, labelling, "is not in the registry");

                publisher.registry().register(id, BigInteger.valueOf(1_000_000), "here").send();
                publisher.registry().activate(id, Keccak.hashUtf8("tried")).send();
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> assertRefused(client, labelling, "but not served here"));
                client.ask("whale", AskOptions.upTo(FEE));

                Path hidden = models.resolve("." + LATER);
                Files.move(folder.resolve("elsewhere").resolve(LATER), hidden);
                Files.move(hidden, models.resolve(LATER));
                Answer answer =
                        await().atMost(PATIENCE)
                                .ignoreException(RequestRefusedException.class)
                                .until(() -> client.ask(TEXTS, labelling), given -> true);
                assertThat(client.isSignedByProvider(answer)).isTrue();
                assertThat(answer.scores()).hasSize(TEXTS.size());
                client.ask("whale", AskOptions.upTo(FEE));

                publisher.registry().revoke(id, Keccak.hashUtf8("enough")).send();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertRefused(client, labelling, "is revoked"));
                FlinkMetrics metrics = stack.metrics();
                await("their memory given back")
                        .atMost(PATIENCE)
                        .until(() -> metrics.sum(OPEN, OPEN).equals(OptionalLong.of(0)));
                client.ask("whale", AskOptions.upTo(FEE).within(PATIENCE));
                assertThat(metrics.sum(REFUSED, REFUSED)).hasValue(0);
            }
            await("all of it is settled") // of the other client's requests nobody else knows
                    .atMost(PATIENCE)
                    .until(() -> books.audit().checks().stream().allMatch(check -> check.ok()));
            String job = "/jobs/" + stack.job().running().get(0).toHexString();
            assertThat(
                            new FlinkRest(URI.create(stack.file().webUrl()))
                                    .get(job + "/metrics?get=numRestarts")
                                    .path(0)
                                    .path("value")
                                    .asText())
                    .as("restarts of the job")
                    .isEqualTo("0");
        }
    }

    private static void assertRefused(MillraceClient client, AskOptions options, String why) {
        assertThatThrownBy(() -> client.ask(TEXTS, options))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining(why);
    }
}
