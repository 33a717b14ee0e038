package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.Task;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Feeding;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class InferOperatorTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Eip712Domain DOMAIN = new Eip712Domain(901, "0x" + "ab".repeat(20));
    private static final byte[] KEY_7 = Keccak.hashUtf8("provider 7");
    private static final byte[] KEY_8 = Keccak.hashUtf8("provider 8");

    @TempDir Path keys;

    private FakeModelEngine engine;
    private InferOptions options;
    private FakeSigners signers = FakeSigners.SILENT;

    @BeforeEach
    void prepare(TestInfo test) throws IOException {
        engine = new FakeModelEngine("operator " + test.getDisplayName());
        options = options(1_000_000);
    }

    private InferOptions options(long inFlightTokens) throws IOException {
        return new InferOptions(
                8,
                512,
                inFlightTokens,
                DeviceOptions.cpu(1),
                60_000,
                3_600_000,
                "models",
                List.of(key(7, KEY_7), key(8, KEY_8)),
                DOMAIN);
    }

    private InferOptions impatient() {
        return new InferOptions(
                8,
                512,
                1_000_000,
                options.device(),
                1,
                3_600_000,
                "models",
                options.providers(),
                DOMAIN);
    }

    /** A native call that never returned held the job up for ever, and nothing said so. */
    @Test
    void model_hangs_taskFailsNamingTheBatchAndTheNextStartEndsTheProcess() throws Exception {
        options = impatient();
        try (var hung = harness(1, 0)) {
            hung.open();
            engine.controls().hold();
            hung.processElement(new StreamRecord<>(task(1, "some text 1")));
            assertThatThrownBy(
                            () -> {
                                for (long now = 1; now < 60_000; now++) {
                                    hung.setProcessingTime(now * 1_000);
                                    TimeUnit.MILLISECONDS.sleep(1); // the pool's thread takes it
                                }
                            })
                    .hasStackTraceContaining("model " + FakeModelEngine.MODEL.id())
                    .hasStackTraceContaining("a batch of 1 rows and 3 tokens");
        }
        try (var again = harness(1, 0)) {
            assertThatThrownBy(again::open)
                    .isInstanceOf(InternalError.class)
                    .hasMessageContaining("still hangs");
        }

        engine.controls().permits.release(1 << 20);
        await("the call returns").until(() -> engine.controls().closed.get() == 1);
        await("a process where nothing hangs any more").until(this::opens);
    }

    private boolean opens() throws Exception {
        try (var later = harness(1, 0)) {
            later.open();
            return true;
        } catch (InternalError e) {
            return false; // it has not come back yet
        }
    }

    private ProviderKey key(int account, byte[] key) throws IOException {
        Path file = keys.resolve("provider-" + account);
        Files.writeString(file, Hex.encode(key) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new ProviderKey(account, file.toString());
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void process_everyFeeding_oneSignedOutcomeATask(Feeding feeding) throws Exception {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tasks.add(task(i, i % 7 == 3 ? "a poison b" : "some text " + i));
        }

        List<Outcome> outcomes = run(feeding, tasks);

        assertThat(outcomes)
                .extracting(outcome -> outcome.terms().requestId())
                .doesNotHaveDuplicates()
                .hasSize(20);
        for (Outcome outcome : outcomes) {
            int i = (int) offset(outcome);
            boolean poisoned = i % 7 == 3;
            assertThat(outcome.status())
                    .isEqualTo(poisoned ? OutcomeStatus.FAILED : OutcomeStatus.ANSWERED);
            assertThat(outcome.output())
                    .isEqualTo(
                            poisoned
                                    ? Output.NONE
                                    : Output.of(FakeModelEngine.embedding("some text " + i)));
            assertThat(outcome.terms().units()).isEqualTo(3);
            assertSigned(outcome, 7, KEY_7);
        }
    }

    @Test
    void restore_atHigherParallelism_eachTaskOnOneSubtask() throws Exception {
        OperatorSubtaskState state;
        try (var one = harness(1, 0)) {
            one.open();
            engine.controls().hold();
            for (int i = 0; i < 9; i++) {
                one.processElement(new StreamRecord<>(task(i, "text " + i)));
            }
            state = one.snapshot(1, 1);
            assertThat(one.extractOutputValues()).isEmpty();
            engine.controls().permits.release(1 << 20);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var half = harness(2, subtask)) {
                half.setup();
                half.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                state, 4, 1, 2, subtask));
                half.open();
                half.endInput();
                assertThat(half.extractOutputValues()).hasSizeBetween(4, 5);
                outcomes.addAll(half.extractOutputValues());
            }
        }
        assertThat(outcomes)
                .extracting(outcome -> outcome.terms().requestId())
                .doesNotHaveDuplicates()
                .hasSize(9);
        outcomes.forEach(
                outcome ->
                        assertSigned(
                                outcome,
                                outcome.providerAccount(),
                                outcome.providerAccount() == 7 ? KEY_7 : KEY_8));
        assertThat(outcomes).extracting(Outcome::providerAccount).contains(7, 8);
    }

    @Test
    void process_limitReached_holdsItsInputBack() throws Exception {
        options = options(10);
        try (var harness = harness(1, 0)) {
            harness.open();
            for (int i = 1; i <= 30; i++) {
                harness.processElement(new StreamRecord<>(task(i, "four words to run")));
                int inFlight = i - harness.extractOutputValues().size();
                assertThat(inFlight).as("tasks in flight").isLessThanOrEqualTo(2);
            }
            harness.endInput();
            assertThat(harness.extractOutputValues()).hasSize(30);
        }
    }

    @Test
    void process_deadlinePassed_expires() throws Exception {
        try (var harness = harness(1, 0)) {
            harness.open();
            Task late = task(1, "too late", 2, NOW - 1);
            harness.processElement(new StreamRecord<>(late));
            harness.endInput();
            Outcome outcome = harness.extractOutputValues().get(0);
            assertThat(outcome.status()).isEqualTo(OutcomeStatus.EXPIRED);
            assertThat(outcome.detail()).contains(String.valueOf(NOW - 1));
            assertSigned(outcome, 7, KEY_7);
        }
    }

    @Test
    void process_tokenizersDisagree_failsTheRow() throws Exception {
        try (var harness = harness(1, 0)) {
            harness.open();
            harness.processElement(new StreamRecord<>(task(1, "three words here", 5, NOW)));
            Outcome outcome = harness.extractOutputValues().get(0);
            assertThat(outcome.status()).isEqualTo(OutcomeStatus.FAILED);
            assertThat(outcome.detail())
                    .contains("counts 3 tokens, 3 in the longest text, where 5 were admitted");
            assertSigned(outcome, 7, KEY_7);
        }
    }

    @Test
    void process_engineBreaks_taskFailsOverInsteadOfBlamingRows() throws Exception {
        try (var harness = harness(1, 0)) {
            harness.open();
            engine.controls().broken = true;
            harness.processElement(new StreamRecord<>(task(1, "innocent")));
            assertThatThrownBy(harness::endInput)
                    .hasStackTraceContaining("out of order")
                    .hasRootCauseMessage("device lost");
            assertThat(harness.extractOutputValues()).isEmpty();
        }
    }

    @Test
    void watermark_tasksInFlight_followsTheirOutcomes() throws Exception {
        try (var harness = harness(1, 0)) {
            harness.open();
            harness.processWatermark(new Watermark(101));
            engine.controls().hold();
            harness.processElement(new StreamRecord<>(task(1, "first")));
            harness.processWatermark(new Watermark(102));
            harness.processWatermark(new Watermark(103));
            harness.processElement(new StreamRecord<>(task(2, "second")));
            harness.processWatermark(new Watermark(104));
            assertThat(harness.getOutput()).containsExactly(new Watermark(101));
            engine.controls().permits.release(1 << 20);
            harness.endInput();
            List<Object> order = new ArrayList<>();
            for (Object element : harness.getOutput()) {
                order.add(
                        element instanceof StreamRecord<?> r
                                ? offset((Outcome) r.getValue())
                                : ((Watermark) element).getTimestamp());
            }
            assertThat(order).containsExactly(101L, 1L, 103L, 2L, 104L);
        }
    }

    /** A key file that nobody may sign with earned outcomes that no settler could defend. */
    @Test
    void open_keyThatDoesNotSignForTheAccount_refused() throws Exception {
        signers = new FakeSigners("refused");
        signers.say(Secp256k1.address(KEY_8));
        try (var harness = harness(1, 0)) {
            assertThatThrownBy(harness::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(
                            "account 7", Secp256k1.address(KEY_7), Secp256k1.address(KEY_8));
        }
    }

    @Test
    void open_twoSubtasksOfOneProvider_shareOneModel() throws Exception {
        try (var first = harness(4, 0);
                var third = harness(4, 2)) {
            first.open();
            third.open();
            assertThat(engine.controls().opened).hasValue(1);
            first.processElement(new StreamRecord<>(task(1, "one")));
            third.processElement(new StreamRecord<>(task(2, "two")));
            first.endInput();
            third.endInput();
            assertThat(first.extractOutputValues())
                    .extracting(InferOperatorTest::offset)
                    .containsExactly(1L);
            assertThat(third.extractOutputValues())
                    .extracting(InferOperatorTest::offset)
                    .containsExactly(2L);
        }
        assertThat(engine.controls().closed).hasValue(1);
    }

    @Test
    void open_keyFileHoldsNoKey_saysSoWithoutQuotingIt() throws Exception {
        Files.writeString(keys.resolve("provider-7"), "0xsecret");
        try (var harness = harness(1, 0)) {
            assertThatThrownBy(harness::open)
                    .hasMessageContainingAll("provider-7", "does not hold a secp256k1 private key")
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
        }
    }

    /** Nothing serves the mailbox between the items: what is in flight there stays so. */
    private List<Outcome> run(Feeding feeding, List<Task> tasks) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        var harness = harness(1, 0);
        try {
            harness.open();
            for (int i = 0; i < tasks.size(); i++) {
                harness.processElement(new StreamRecord<>(tasks.get(i)));
                if (feeding == Feeding.ALL_AT_ONCE) {
                    continue;
                }
                OperatorSubtaskState state = harness.snapshot(i + 1, i + 1);
                if (feeding == Feeding.RESTORE_BETWEEN) {
                    outcomes.addAll(harness.extractOutputValues());
                    harness.close();
                    harness = harness(1, 0);
                    harness.setup();
                    harness.initializeState(state);
                    harness.open();
                }
            }
            harness.endInput();
            outcomes.addAll(harness.extractOutputValues());
        } finally {
            harness.close();
        }
        return outcomes;
    }

    private InferOperatorFactory factory() {
        return new InferOperatorFactory(
                options, engine, Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC), signers);
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness(int parallelism, int subtask)
            throws Exception {
        OneInputStreamOperatorTestHarness<Task, Outcome> harness =
                new OneInputStreamOperatorTestHarness<>(factory(), 4, parallelism, subtask);
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false);
        return harness;
    }

    private static Task task(int number, String input) {
        return task(number, input, input.split(" ").length, NOW + 600_000);
    }

    private static Task task(int number, String input, int units, long deadlineMillis) {
        return request("request " + number)
                .requester(5, "0x" + "cd".repeat(20))
                .model(FakeModelEngine.MODEL.id())
                .input(input, units)
                .price(2_000_000, 1)
                .deadlineMillis(deadlineMillis)
                .appendMillis(NOW + number)
                .at(0, number)
                .task();
    }

    private static long offset(Outcome outcome) {
        return outcome.terms().place().offset();
    }

    private static void assertSigned(Outcome outcome, int providerAccount, byte[] key) {
        assertThat(outcome.providerAccount()).isEqualTo(providerAccount);
        assertThat(outcome.providerAddress()).isEqualTo(Secp256k1.address(key));
        OutcomeSignature signatures = new OutcomeSignature(DOMAIN);
        assertThat(signatures.isSigned(outcome, signatures.digest(outcome)))
                .as("signed by its provider")
                .isTrue();
    }
}
