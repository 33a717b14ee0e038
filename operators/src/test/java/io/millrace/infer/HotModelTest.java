package io.millrace.infer;

import static io.millrace.infer.HotTasks.NOW;
import static io.millrace.infer.HotTasks.WORDS;
import static io.millrace.infer.HotTasks.expected;
import static io.millrace.infer.HotTasks.numbers;
import static io.millrace.infer.HotTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.Task;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.FakeSigners;
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
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that come and go while the operator runs. */
@Timeout(60)
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class HotModelTest {

    private static final long IDLE_MILLIS = 60_000;
    private static final byte[] KEY = Keccak.hashUtf8("provider 7");
    private static final ModelManifest MODEL = FakeModelEngine.MODEL;
    private static final ModelManifest OTHER = FakeModelEngine.OTHER;

    @TempDir Path keys;

    private final ManualClock clock = new ManualClock(NOW);
    private FakeModelEngine engine;
    private ProviderKey provider;
    private long processingTime;
    private long inFlightTokens = 1_000_000;

    @BeforeEach
    void prepare(TestInfo test) throws IOException {
        engine = new FakeModelEngine("hot " + test.getDisplayName());
        Path file = keys.resolve("provider-7");
        Files.writeString(file, Hex.encode(KEY) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        provider = new ProviderKey(7, file.toString());
    }

    /** A node whose folder lagged behind the others' failed the whole job, again and again. */
    @Test
    void process_modelComesLater_waitsWhileOthersAreAnsweredAndIsAnsweredThen() throws Exception {
        try (var harness = harness()) {
            harness.open();
            process(harness, task(1, OTHER));
            process(harness, task(2, MODEL));
            awaitOutcomes(harness, 1);
            assertThat(numbers(harness)).containsExactly(2L);

            engine.controls().loads.drainPermits(); // it opens slowly
            engine.controls().models.put(OTHER.id(), OTHER);
            tick(harness);
            process(harness, task(3, OTHER));
            process(harness, task(4, MODEL));
            awaitOutcomes(harness, 2);
            assertThat(numbers(harness)).as("while the other opens").containsExactly(2L, 4L);

            engine.controls().loads.release(1 << 20);
            awaitOutcomes(harness, 4);
            assertThat(numbers(harness)).containsExactlyInAnyOrder(2L, 4L, 1L, 3L);
            assertThat(harness.extractOutputValues())
                    .allSatisfy(
                            outcome -> {
                                assertThat(outcome.status()).isEqualTo(OutcomeStatus.ANSWERED);
                                assertThat(outcome.output()).isEqualTo(expected(outcome));
                                assertThat(outcome.numericClass())
                                        .isEqualTo(FakeModelEngine.CLASS.id());
                            });
        }
        assertThat(engine.controls().closed).hasValue(engine.controls().opened.get());
    }

    @Test
    void process_modelNeverComes_expiresAtItsDeadlineUncharged() throws Exception {
        try (var harness = harness()) {
            harness.open();
            Task task = task(1, OTHER);
            process(harness, task);
            clock.advance(task.deadlineMillis() - NOW);
            tick(harness);
            assertThat(harness.extractOutputValues()).as("until its deadline").isEmpty();

            clock.advance(1);
            tick(harness);

            assertThat(harness.extractOutputValues()).hasSize(1);
            Outcome outcome = harness.extractOutputValues().get(0);
            assertThat(outcome.status()).isEqualTo(OutcomeStatus.EXPIRED);
            assertThat(outcome.unitsCharged()).isZero();
            assertThat(outcome.detail())
                    .contains(OTHER.id(), String.valueOf(task.deadlineMillis()));
            OutcomeSignature signatures = new OutcomeSignature(Fixtures.DOMAIN);
            assertThat(signatures.isSigned(outcome, signatures.digest(outcome))).isTrue();
            harness.endInput(); // nothing is left to wait for
        }
    }

    @Test
    void restore_tasksWaiting_eachOnOneSubtaskAndAnsweredOnceItsModelIsThere() throws Exception {
        OperatorSubtaskState state;
        try (var one = harness()) {
            one.open();
            for (int i = 0; i < 9; i++) {
                process(one, task(i, i % 3 == 0 ? MODEL : OTHER));
            }
            state = one.snapshot(1, 1); // nothing served the mailbox: all are in flight
            assertThat(one.extractOutputValues()).isEmpty();
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (var half = harness(2, subtask)) {
                half.setup();
                half.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                state, 4, 1, 2, subtask));
                half.open();
                if (subtask == 0) {
                    tick(half);
                    assertThat(numbers(half)).doesNotContain(1L, 2L, 4L, 5L, 7L, 8L);
                    engine.controls().models.put(OTHER.id(), OTHER);
                }
                awaitOutcomes(half, Math.min(9 - outcomes.size(), 5)); // five of nine, then four
                outcomes.addAll(half.extractOutputValues());
            }
        }
        assertThat(outcomes)
                .extracting(outcome -> outcome.terms().requestId())
                .doesNotHaveDuplicates()
                .hasSize(9);
        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(outcome.output()).isEqualTo(expected(outcome)));
    }

    /** A model that cannot be run must not take the others with it. */
    @Test
    void process_modelDoesNotOpen_isRefusedAndOthersGoOn() throws Exception {
        engine.controls().unloadable.add(OTHER.id());
        engine.controls().models.put(OTHER.id(), OTHER);
        try (var harness = harness()) {
            harness.open();
            assertThat(engine.controls().refused).containsExactly(OTHER.id());

            engine.controls().models.put(OTHER.id(), OTHER); // put there anew, and no better
            process(harness, task(1, OTHER));
            process(harness, task(2, MODEL));
            awaitOutcomes(harness, 1);
            await().pollInSameThread()
                    .until(
                            () -> {
                                tick(harness);
                                return engine.refused() == 2;
                            });

            engine.controls().unloadable.clear();
            engine.controls().models.put(OTHER.id(), OTHER);
            awaitOutcomes(harness, 2);
            assertThat(numbers(harness)).containsExactly(2L, 1L);
        }
    }

    @Test
    void process_modelLongerThanABatch_isRefusedAndOthersGoOn() throws Exception {
        ModelManifest long513 = FakeModelEngine.manifest("51", "long", 513);
        try (var harness = harness()) {
            harness.open();
            engine.controls().models.put(long513.id(), long513);
            process(harness, task(1, long513));
            process(harness, task(2, MODEL));
            awaitOutcomes(harness, 1);
            assertThat(engine.controls().refused).containsExactly(long513.id());
        }
    }

    /** Then it is the device's fault, and the job says so. */
    @Test
    void open_noModelOpens_fails() throws Exception {
        engine.controls().unloadable.add(MODEL.id());
        try (var harness = harness()) {
            assertThatThrownBy(harness::open)
                    .hasMessageContaining("no model")
                    .hasStackTraceContaining("the graph of " + MODEL.id());
        }
    }

    @Test
    void open_noModelThere_waitsForOne() throws Exception {
        engine.controls().models.clear();
        try (var harness = harness()) {
            harness.open();
            process(harness, task(1, MODEL));
            engine.controls().models.put(MODEL.id(), MODEL);
            awaitOutcomes(harness, 1);
            assertThat(harness.extractOutputValues().get(0).numericClass())
                    .isEqualTo(FakeModelEngine.CLASS.id());
        }
    }

    @Test
    void model_hangsWhileItIsLoaded_taskFailsNamingIt() throws Exception {
        try (var harness = harness(1, 0, 1)) {
            harness.open();
            engine.controls().loads.drainPermits();
            engine.controls().models.put(OTHER.id(), OTHER);
            process(harness, task(1, OTHER));
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    tick(harness);
                                    TimeUnit.MILLISECONDS.sleep(1); // the pool's thread loads
                                }
                            })
                    .hasStackTraceContaining("model " + OTHER.id())
                    .hasStackTraceContaining("being loaded");
        }
        engine.controls().loads.release(1 << 20);
        await("a process where nothing hangs any more")
                .until(
                        () -> {
                            try (var later = harness()) {
                                later.open();
                                return true;
                            } catch (InternalError e) {
                                return false; // it has not come back yet
                            }
                        });
    }

    /** So a model whose sale has ended gives its memory back. */
    @Test
    void model_idleForLong_isClosedOnceNothingIsInFlightAndOpensAgain() throws Exception {
        try (var harness = harness()) {
            harness.open();
            engine.controls().hold();
            process(harness, task(1, MODEL));
            passTime(harness, 2 * IDLE_MILLIS);
            assertThat(engine.controls().closed).as("while a row is in flight").hasValue(0);
            engine.controls().permits.release(1 << 20);
            awaitOutcomes(harness, 1);
            passTime(harness, IDLE_MILLIS / 2);
            assertThat(engine.controls().closed).as("so soon").hasValue(0);

            passTime(harness, IDLE_MILLIS);
            await("closed").until(() -> engine.controls().closed.get() == 1);

            process(harness, task(2, MODEL));
            awaitOutcomes(harness, 2);
            assertThat(engine.controls().opened).hasValue(2);
        }
        assertThat(engine.controls().closed).hasValue(2);
    }

    /** Its folder may be gone: what is loaded goes on. */
    @Test
    void model_folderGoneWhileOpen_goesOn() throws Exception {
        try (var harness = harness()) {
            harness.open();
            engine.controls().models.clear();
            process(harness, task(1, MODEL));
            harness.endInput();
            assertThat(numbers(harness)).containsExactly(1L);
        }
    }

    /** What waits is state: without a bound a lost folder would fill it. */
    @Test
    void process_tooManyWait_nextFailsUnchargedAndOthersGoOn() throws Exception {
        inFlightTokens = 4 * WORDS;
        try (var harness = harness()) {
            harness.open();
            for (int i = 1; i <= 5; i++) {
                process(harness, task(i, OTHER));
            }
            assertThat(numbers(harness)).containsExactly(5L);
            Outcome outcome = harness.extractOutputValues().get(0);
            assertThat(outcome.status()).isEqualTo(OutcomeStatus.FAILED);
            assertThat(outcome.detail()).contains(OTHER.id());
            process(harness, task(6, MODEL));
            awaitOutcomes(harness, 2);
            assertThat(numbers(harness)).containsExactly(5L, 6L);
        }
    }

    @Test
    void watermark_taskWaitsForItsModel_followsItsOutcome() throws Exception {
        try (var harness = harness()) {
            harness.open();
            process(harness, task(1, OTHER));
            harness.processWatermark(new Watermark(101));
            process(harness, task(2, MODEL));
            harness.processWatermark(new Watermark(102));
            awaitOutcomes(harness, 1);
            engine.controls().models.put(OTHER.id(), OTHER);
            awaitOutcomes(harness, 2);
            List<Object> order = new ArrayList<>();
            for (Object element : harness.getOutput()) {
                order.add(
                        element instanceof StreamRecord<?> r
                                ? ((Outcome) r.getValue()).terms().place().offset()
                                : ((Watermark) element).getTimestamp());
            }
            assertThat(order).containsExactly(2L, 1L, 101L, 102L);
        }
    }

    private static void process(OneInputStreamOperatorTestHarness<Task, Outcome> harness, Task task)
            throws Exception {
        harness.processElement(new StreamRecord<>(task));
    }

    /** Serves the operator's mails and its watch until it has given so many outcomes. */
    private void awaitOutcomes(OneInputStreamOperatorTestHarness<Task, Outcome> harness, int count)
            throws Exception {
        await().pollInSameThread()
                .until(
                        () -> {
                            tick(harness);
                            return harness.extractOutputValues().size() >= count;
                        });
        assertThat(harness.extractOutputValues()).hasSize(count);
    }

    private void tick(OneInputStreamOperatorTestHarness<Task, Outcome> harness) throws Exception {
        passTime(harness, 1_000);
    }

    private void passTime(OneInputStreamOperatorTestHarness<Task, Outcome> harness, long millis)
            throws Exception {
        processingTime += millis;
        harness.setProcessingTime(processingTime);
        TaskMailbox mails = harness.getTaskMailbox();
        for (var mail = mails.tryTake(0); mail.isPresent(); mail = mails.tryTake(0)) {
            mail.get().run();
        }
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness() throws Exception {
        return harness(1, 0);
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness(int parallelism, int subtask)
            throws Exception {
        return harness(parallelism, subtask, 60_000);
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness(
            int parallelism, int subtask, long maxRunMillis) throws Exception {
        InferOptions options =
                new InferOptions(
                        8,
                        512,
                        inFlightTokens,
                        DeviceOptions.cpu(1),
                        maxRunMillis,
                        IDLE_MILLIS,
                        "models",
                        List.of(provider),
                        Fixtures.DOMAIN);
        OneInputStreamOperatorTestHarness<Task, Outcome> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new InferOperatorFactory(options, engine, clock, FakeSigners.SILENT),
                        4,
                        parallelism,
                        subtask);
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false);
        return harness;
    }
}
