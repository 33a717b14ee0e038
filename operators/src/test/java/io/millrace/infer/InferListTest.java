package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Task;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Feeding;
import io.millrace.testing.Fixtures;
import io.millrace.testing.ManualClock;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lists of texts: a row each, in whatever batches, and one outcome of all of them or none. */
@Timeout(60)
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class InferListTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] KEY = Keccak.hashUtf8("provider 7");
    private static final String BOB = "0x" + "b0".repeat(20);
    private static final int WORDS = 3;
    private static final int ANY = 1_000_000;

    @TempDir Path keys;

    private final ManualClock clock = new ManualClock(NOW);
    private FakeModelEngine engine;
    private ProviderKey provider;

    @BeforeEach
    void prepare(TestInfo test) throws IOException {
        engine = new FakeModelEngine("lists " + test.getDisplayName());
        Path file = keys.resolve("provider-7");
        Files.writeString(file, Hex.encode(KEY) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        provider = new ProviderKey(7, file.toString());
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void process_listsAmongTexts_eachOfItsTextsInTheirOrder(Feeding feeding) throws Exception {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            tasks.add(i % 3 == 0 ? text(i) : list(i, texts(i, 1 + i)));
        }

        List<Outcome> outcomes = run(feeding, tasks);

        assertThat(outcomes).hasSize(12);
        for (Outcome outcome : outcomes) {
            Task task = tasks.get((int) outcome.terms().place().offset());
            assertThat(outcome.terms()).isEqualTo(task.terms());
            assertThat(outcome.output()).isEqualTo(expected(task));
            assertSigned(outcome);
        }
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void process_oneTextPoisoned_noneIsAnsweredAndOthersAre(Feeding feeding) throws Exception {
        List<String> poisoned = new ArrayList<>(texts(1, 5));
        poisoned.set(3, "a poison b");
        List<Task> tasks = List.of(list(0, texts(0, 5)), list(1, poisoned), list(2, texts(2, 5)));

        List<Outcome> outcomes = run(feeding, tasks);

        assertThat(outcomes).hasSize(3);
        for (Outcome outcome : outcomes) {
            Task task = tasks.get((int) outcome.terms().place().offset());
            assertSigned(outcome);
            if (task.inputs().equals(poisoned)) {
                assertThat(outcome.status()).isEqualTo(OutcomeStatus.FAILED);
                assertThat(outcome.detail()).startsWith("text 3: the model fails on this input");
                assertThat(outcome.output()).isEqualTo(Output.NONE);
                assertThat(outcome.unitsCharged()).isZero();
            } else {
                assertThat(outcome.output()).isEqualTo(expected(task));
            }
        }
    }

    /** Rows that had an answer are run again, for nothing of the list was given yet. */
    @Test
    void restore_halfOfTheRowsDone_wholeTaskRunsAgain() throws Exception {
        Task task = list(1, texts(1, 6));
        OperatorSubtaskState state;
        try (var first = harness(1, 3 * WORDS)) {
            first.open();
            engine.controls().hold();
            engine.controls().permits.release(3);
            first.processElement(new StreamRecord<>(task)); // returns when three rows are done
            state = first.snapshot(1, 1);
            assertThat(first.extractOutputValues()).isEmpty();
            engine.controls().permits.release(1 << 20);
        }
        long before = runsOf("of-1");
        try (var second = harness(1, ANY)) {
            second.setup();
            second.initializeState(state);
            second.open();
            second.endInput();

            assertThat(second.extractOutputValues())
                    .extracting(Outcome::output)
                    .containsExactly(expected(task));
            assertThat(runsOf("of-1") - before).isEqualTo(6);
        }
    }

    @Test
    void process_deadlinePassesHalfway_expiresWhole() throws Exception {
        try (var harness = harness(1, 3 * WORDS)) {
            harness.open();
            engine.controls().hold();
            engine.controls().permits.release(3);
            harness.processElement(new StreamRecord<>(list(1, texts(1, 6))));
            clock.advance(600_001);
            engine.controls().permits.release(1 << 20);
            harness.endInput();

            assertThat(harness.extractOutputValues()).hasSize(1);
            Outcome outcome = harness.extractOutputValues().get(0);
            assertThat(outcome.status()).isEqualTo(OutcomeStatus.EXPIRED);
            assertThat(outcome.detail()).startsWith("text ").contains("the deadline");
            assertThat(outcome.output()).isEqualTo(Output.NONE);
            assertThat(outcome.unitsCharged()).isZero();
            assertSigned(outcome);
        }
    }

    /** A list of more tokens than are taken in: the next one need not wait for all of it. */
    @Test
    void process_limitReached_readsOnAsRowsEnd() throws Exception {
        try (var harness = harness(1, 3 * WORDS)) {
            harness.open();
            engine.controls().hold();
            engine.controls().permits.release(7);
            harness.processElement(new StreamRecord<>(list(1, texts(1, 10))));
            assertThat(harness.extractOutputValues()).isEmpty();
            engine.controls().permits.release(1);
            harness.processElement(new StreamRecord<>(text(2)));
            assertThat(harness.extractOutputValues()).as("a list with rows open").isEmpty();
            engine.controls().permits.release(1 << 20);
            harness.endInput();
            assertThat(harness.extractOutputValues()).hasSize(2);
        }
    }

    @Test
    void process_limitReachedAgainAndAgain_countComesBackToZero() throws Exception {
        try (var harness = harness(8, 4 * WORDS)) {
            harness.open();
            for (int i = 0; i < 40; i++) {
                List<String> texts = new ArrayList<>(texts(i, 1 + i % 9));
                if (i % 5 == 0) {
                    texts.set(0, "a poison b");
                }
                harness.processElement(new StreamRecord<>(list(i, texts)));
            }
            harness.endInput();
            assertThat(harness.extractOutputValues()).hasSize(40);
        }
    }

    /** Rows of a list have turns like as many requests: the other's is next but one. */
    @Test
    void process_longListOfAnother_oneTextIsServedInItsTurn() throws Exception {
        try (var harness = harness(1, ANY)) {
            harness.open();
            engine.controls().hold();
            int before = engine.controls().calls();
            harness.processElement(new StreamRecord<>(list(1, texts(1, 128))));
            Task bob = task(2, List.of(), "bob wants one", BOB);
            harness.processElement(new StreamRecord<>(bob));
            engine.controls().permits.release(1 << 20);
            harness.endInput();

            int served = -1;
            List<List<long[]>> batches = engine.controls().batches;
            for (int i = before; i < batches.size(); i++) {
                if (batches.get(i).get(0)[0] == FakeModelEngine.token("bob")) {
                    served = i - before;
                }
            }
            assertThat(served).as("rows of the list before it").isBetween(0, 3);
            assertThat(harness.extractOutputValues())
                    .extracting(outcome -> outcome.terms().requestId())
                    .containsExactly(bob.terms().requestId(), Fixtures.id("request 1"));
        }
    }

    /** How often the model was given a row with that word. */
    private long runsOf(String word) {
        List<List<long[]>> batches = engine.controls().batches;
        synchronized (batches) {
            return batches.stream()
                    .flatMap(List::stream)
                    .filter(row -> row[row.length - 1] == FakeModelEngine.token(word))
                    .count();
        }
    }

    private static Output expected(Task task) {
        List<float[]> embeddings = task.texts().stream().map(FakeModelEngine::embedding).toList();
        return Output.embeddings(task.isList(), embeddings);
    }

    private List<Outcome> run(Feeding feeding, List<Task> tasks) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        var harness = harness(8, ANY);
        try {
            harness.open();
            for (int i = 0; i < tasks.size(); i++) {
                harness.processElement(new StreamRecord<>(tasks.get(i)));
                if (feeding == Feeding.RESTORE_BETWEEN) {
                    OperatorSubtaskState state = harness.snapshot(i + 1, i + 1);
                    outcomes.addAll(harness.extractOutputValues());
                    harness.close();
                    harness = harness(8, ANY);
                    harness.setup();
                    harness.initializeState(state);
                    harness.open();
                } else if (feeding == Feeding.ONE_BY_ONE) {
                    harness.snapshot(i + 1, i + 1);
                }
            }
            harness.endInput();
            outcomes.addAll(harness.extractOutputValues());
        } finally {
            harness.close();
        }
        return outcomes;
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness(
            int maxBatchRows, long inFlightTokens) throws Exception {
        InferOptions options =
                new InferOptions(
                        maxBatchRows,
                        512,
                        inFlightTokens,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        "models",
                        List.of(provider),
                        Fixtures.DOMAIN);
        OneInputStreamOperatorTestHarness<Task, Outcome> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new InferOperatorFactory(options, engine, clock, FakeSigners.SILENT),
                        4,
                        1,
                        0);
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false);
        return harness;
    }

    /** As many texts of three words. */
    private static List<String> texts(int number, int count) {
        return IntStream.range(0, count).mapToObj(i -> "text " + i + " of-" + number).toList();
    }

    private static Task text(int number) {
        return task(number, List.of(), "some text " + number, Fixtures.ALICE);
    }

    private static Task list(int number, List<String> texts) {
        return task(number, texts, "", Fixtures.ALICE);
    }

    private static Task task(int number, List<String> texts, String text, String requester) {
        var builder = request("request " + number);
        if (texts.isEmpty()) {
            builder.input(text, WORDS);
        } else {
            builder.inputs(texts, WORDS * texts.size());
        }
        return builder.requester(5, requester)
                .model(FakeModelEngine.MODEL.id())
                .price(2_000_000, 1)
                .deadlineMillis(NOW + 600_000)
                .appendMillis(NOW + number)
                .at(0, number)
                .task();
    }

    private static void assertSigned(Outcome outcome) {
        OutcomeSignature signatures = new OutcomeSignature(Fixtures.DOMAIN);
        assertThat(signatures.isSigned(outcome, signatures.digest(outcome)))
                .as("signed by its provider")
                .isTrue();
    }
}
