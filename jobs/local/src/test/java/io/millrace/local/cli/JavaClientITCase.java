package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.Answer;
import io.millrace.client.AskOptions;
import io.millrace.client.Deployment;
import io.millrace.client.MillraceClient;
import io.millrace.client.ReceiptProof;
import io.millrace.client.RequestRefusedException;
import io.millrace.local.stack.TestStack;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java package against a stack: a requester's whole way. */
class JavaClientITCase {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long DEPOSIT = 5_000_000_000L;
    private static final long FEE = 10_000;
    private static final long PUT_BACK = 1_000_000;
    private static final int MORE = 20;

    @RegisterExtension private final TestStack shared = new TestStack();

    @Test
    void tour_newKey_asksProvesAndGetsItsMoneyBack() throws Exception {
        Path stack = shared.get().directory();
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        secret[0] = 1; // below the order of the curve
        assertThat(Millrace.run("fund", Secp256k1.address(secret), "--dir", stack.toString()))
                .isZero();

        try (MillraceClient client =
                MillraceClient.connect(Deployment.ofStack(stack), Hex.encode(secret))) {
            assertThat(client.vault().balance(client.address())).isZero();
            assertThatThrownBy(() -> client.vault().deposit(DEPOSIT + 1, PATIENCE))
                    .hasMessageContaining("no whole amount of the token");
            client.vault().deposit(DEPOSIT, PATIENCE);

            Answer first = firstAnswer(client);
            expectSigned(client, first);
            assertThatThrownBy(() -> client.answerTo(first.requestId(), PATIENCE))
                    .as("its end was handed over")
                    .hasMessageContaining(first.requestId());
            expectRefusals(client);
            long charged = first.debitNano();
            Answer list = askList(client, first);
            charged += list.debitNano();
            for (Answer answer : askMore(client)) {
                assertThat(client.isSignedByProvider(answer)).isTrue();
                charged += answer.debitNano();
            }
            expectProven(client, list);
            expectProven(client, first);

            long left = DEPOSIT - charged;
            await().atMost(PATIENCE).until(() -> client.vault().balance(client.address()) == left);
            assertThat(client.vault().withdraw(client.address(), left, PATIENCE))
                    .as("all of it, in whole units of the token")
                    .isEqualTo(left - left % 1000);
            expectCancelled(client);
        }
    }

    private static void expectCancelled(MillraceClient client) throws IOException {
        assertThat(client.vault().cancelWithdrawal(client.address(), PATIENCE)).isZero();
        client.vault().deposit(PUT_BACK, PATIENCE);
        client.vault().requestWithdrawal(PUT_BACK, PATIENCE);
        // an epoch may have been faster
        long cancelled = client.vault().cancelWithdrawal(client.address(), PATIENCE);
        assertThat(cancelled).isIn(0L, PUT_BACK);
        assertThat(client.vault().balance(client.address())).isEqualTo(cancelled);
    }

    /** The engine hears of a deposit a moment after it is final. */
    private static Answer firstAnswer(MillraceClient client) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            try {
                                return Optional.of(client.ask("Call me Ishmael.", FEE));
                            } catch (RequestRefusedException e) {
                                assertThat(e.code()).isEqualTo("UNKNOWN_ACCOUNT");
                                return Optional.<Answer>empty();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static void expectSigned(MillraceClient client, Answer answer) throws IOException {
        double square = 0;
        for (float component : answer.embedding()) {
            square += component * component;
        }
        assertThat(square).isBetween(0.999, 1.001);
        assertThat(answer.debitNano()).isBetween(1L, FEE);
        assertThat(client.isSignedByProvider(answer)).isTrue();
        List<Float> other = answer.embedding().stream().map(component -> -component).toList();
        Answer falsified =
                new Answer(
                        answer.requestId(),
                        false,
                        answer.labels(),
                        List.of(other),
                        answer.units(),
                        answer.debitNano(),
                        answer.provider(),
                        answer.asked());
        assertThat(client.isSignedByProvider(falsified)).isFalse();
    }

    private static void expectRefusals(MillraceClient client) {
        expectRefusal(client, "FEE_CAP_TOO_LOW", "There now is your insular city.", 1, "");
        expectRefusal(client, "SCHEMA", "", FEE, "");
        expectRefusal(client, "UNKNOWN_MODEL", "a", FEE, "0x" + "11".repeat(32));
    }

    private static void expectRefusal(
            MillraceClient client, String code, String input, long fee, String model) {
        AskOptions options = AskOptions.upTo(fee);
        assertThatThrownBy(() -> client.ask(input, model.isEmpty() ? options : options.of(model)))
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /** One request, with what its texts give one by one, bit for bit. */
    private static Answer askList(MillraceClient client, Answer first) throws Exception {
        List<String> texts = new ArrayList<>(List.of("Call me Ishmael."));
        for (int i = 1; i < 128; i++) {
            texts.add("sea number " + i);
        }
        Answer list = client.ask(texts, 128 * FEE);
        assertThat(list.embeddings()).hasSize(128);
        assertThat(list.embedding()).isEqualTo(first.embedding());
        assertThat(client.isSignedByProvider(list)).isTrue();
        List<List<Float>> turned = new ArrayList<>(list.embeddings());
        Collections.reverse(turned);
        Answer falsified =
                new Answer(
                        list.requestId(),
                        true,
                        list.labels(),
                        turned,
                        list.units(),
                        list.debitNano(),
                        list.provider(),
                        list.asked());
        assertThat(client.isSignedByProvider(falsified)).as("in another order").isFalse();
        texts.add("one too many");
        assertThatThrownBy(() -> client.ask(texts, 129 * FEE))
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("TOO_MANY_TEXTS"));
        return list;
    }

    private static List<Answer> askMore(MillraceClient client) throws Exception {
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int i = 0; i < MORE; i++) {
            asked.add(client.askAsync("whale number " + i, AskOptions.upTo(FEE)));
        }
        List<Answer> answers = new ArrayList<>();
        for (CompletableFuture<Answer> answer : asked) {
            answers.add(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        assertThat(answers.stream().map(Answer::requestId).distinct()).hasSize(MORE);
        return answers;
    }

    private static void expectProven(MillraceClient client, Answer answer) throws IOException {
        ReceiptProof proof =
                await().atMost(PATIENCE)
                        .until(() -> client.receipt(answer), Optional::isPresent)
                        .orElseThrow();
        assertThat(client.verify(answer, proof)).isTrue();
        ObjectNode dearer = proof.receipt().deepCopy();
        dearer.put("debitNano", Long.toString(answer.debitNano() + 1));
        ReceiptProof another = new ReceiptProof(dearer, proof.header(), proof.siblings());
        assertThat(client.verify(answer, another)).as("another amount").isFalse();
        ObjectNode later = proof.header().deepCopy();
        later.put("l2Block", 1);
        ReceiptProof unsettled = new ReceiptProof(proof.receipt(), later, proof.siblings());
        assertThat(client.verify(answer, unsettled)).as("a header that is not settled").isFalse();
    }
}
