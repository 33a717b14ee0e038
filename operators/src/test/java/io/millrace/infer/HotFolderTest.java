package io.millrace.infer;

import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static io.millrace.testing.Fixtures.modelPriced;
import static io.millrace.testing.Fixtures.modelStatus;
import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.AdmitOptions;
import io.millrace.admit.Candidate;
import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RejectReason;
import io.millrace.admit.Rejection;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.Task;
import io.millrace.admit.ValidateFunction;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.RequestBuilder;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.BroadcastOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real model's folder that is copied in while requests for it come: admission and engine. */
@Timeout(120)
@SuppressWarnings("try") // the harnesses declare that closing throws any Exception
class HotFolderTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final RequestCodec CODEC = new RequestCodec(256 * 1024);
    private static final String TEXT = "the river turns a mill";

    @TempDir Path folder;

    private Path models;
    private ModelManifest first;
    private ModelManifest later;
    private long nonce;
    private long processingTime;

    @BeforeEach
    void unpack() throws IOException {
        models = folder.resolve("models");
        first = BundledModels.unpack(models, "tiny-classifier");
        later = BundledModels.unpack(folder.resolve("elsewhere"), "tiny-reranker");
        Path file = folder.resolve("provider-7");
        Files.writeString(file, Hex.encode(Keccak.hashUtf8("provider 7")) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void folder_copiedInFileByFile_refusedUntilItIsWholeThenAdmittedAndAnswered() throws Exception {
        try (var admission = admission();
                var inference = inference()) {
            inference.open();
            assertThat(ask(admission, later)).isEqualTo(RejectReason.UNKNOWN_MODEL);
            Path target = Files.createDirectory(models.resolve("later"));
            copy(target, ModelManifest.FILE);
            copy(target, ModelManifest.TOKENIZER_FILE);
            assertThat(ask(admission, later)).isEqualTo(RejectReason.UNKNOWN_MODEL);
            assertThat(ask(admission, first)).as("another meanwhile").isNull();
            copy(target, ModelManifest.MODEL_FILE);
            await().pollInSameThread().atMost(PATIENCE).until(() -> ask(admission, later) == null);

            List<Candidate> admitted = admission.extractOutputValues();
            for (Candidate candidate : admitted) {
                inference.processElement(new StreamRecord<>(task(candidate)));
            }

            await().pollInSameThread()
                    .atMost(PATIENCE)
                    .until(
                            () -> {
                                serve(inference);
                                return inference.extractOutputValues().size() == admitted.size();
                            });
            assertThat(inference.extractOutputValues())
                    .allSatisfy(
                            outcome ->
                                    assertThat(outcome.status())
                                            .as(outcome.detail())
                                            .isEqualTo(OutcomeStatus.ANSWERED));
        }
    }

    /** Its digests are right and it is good for nothing: it failed admission, and so the job. */
    @Test
    void folder_tokenizerIsNone_refusedAndOthersGoOn() throws Exception {
        ModelManifest bad = bad(ModelManifest.TOKENIZER_FILE);
        try (var admission = admission()) {
            activate(admission, bad);
            for (int i = 0; i < 3; i++) {
                assertThat(ask(admission, bad)).isEqualTo(RejectReason.UNKNOWN_MODEL);
                assertThat(ask(admission, first)).isNull();
            }
        }
    }

    @Test
    void folder_graphIsNone_refusedByEngineAndAdmissionAndOthersGoOn() throws Exception {
        ModelManifest bad = bad(ModelManifest.MODEL_FILE);
        try (var admission = admission();
                var inference = inference()) {
            activate(admission, bad);
            assertThat(ask(admission, bad)).as("before it was tried").isNull();
            assertThat(ask(admission, first)).isNull();

            inference.open();
            assertThat(ask(admission, bad)).isEqualTo(RejectReason.UNKNOWN_MODEL);
            for (Candidate candidate : admission.extractOutputValues()) {
                inference.processElement(new StreamRecord<>(task(candidate)));
            }

            await().pollInSameThread()
                    .atMost(PATIENCE)
                    .until(
                            () -> {
                                serve(inference);
                                return inference.extractOutputValues().size() == 1;
                            });
            assertThat(inference.extractOutputValues().get(0).terms().model())
                    .isEqualTo(first.id());
        }
    }

    /** A folder with right digests whose {@code file} is no such thing. */
    private ModelManifest bad(String file) throws IOException {
        Path directory = models.resolve("bad");
        Files.createDirectory(directory);
        for (String name : List.of(ModelManifest.MODEL_FILE, ModelManifest.TOKENIZER_FILE)) {
            copy(directory, name);
        }
        Path elsewhere = folder.resolve("elsewhere").resolve(later.name());
        String was = Sha256.ofFile(directory.resolve(file));
        Files.writeString(directory.resolve(file), "none");
        String is = Sha256.ofFile(directory.resolve(file));
        String manifest = Files.readString(elsewhere.resolve(ModelManifest.FILE));
        Files.writeString(
                directory.resolve(ModelManifest.FILE),
                manifest.replace(was, is).replace("tiny-reranker", "bad"));
        return ModelManifest.read(directory);
    }

    private void copy(Path target, String file) throws IOException {
        Files.copy(
                folder.resolve("elsewhere").resolve(later.name()).resolve(file),
                target.resolve(file));
    }

    /** Why it is refused; null if it is admitted. */
    private @Nullable RejectReason ask(
            BroadcastOperatorTestHarness<RequestRecord, VaultEvent, Candidate> admission,
            ModelManifest model)
            throws Exception {
        InferenceRequest request =
                model.task().takesQuery()
                        ? SIGNATURE.sign(
                                model.id(),
                                "what turns?",
                                List.of(TEXT),
                                9_999,
                                NOW + 60_000,
                                nonce++,
                                ALICE_KEY)
                        : SIGNATURE.sign(model.id(), TEXT, 9_999, NOW + 60_000, nonce++, ALICE_KEY);
        var refused = admission.getSideOutput(ValidateFunction.REJECTIONS);
        int before = refused == null ? 0 : refused.size();
        admission.processElement(
                new StreamRecord<>(
                        new RequestRecord(
                                new RequestPlace(0, nonce), NOW, false, CODEC.encode(request)),
                        NOW));
        List<StreamRecord<Rejection>> after = new ArrayList<>();
        if (admission.getSideOutput(ValidateFunction.REJECTIONS) != null) {
            after.addAll(admission.getSideOutput(ValidateFunction.REJECTIONS));
        }
        return after.size() > before ? after.get(before).getValue().reason() : null;
    }

    private BroadcastOperatorTestHarness<RequestRecord, VaultEvent, Candidate> admission()
            throws Exception {
        var harness =
                ProcessFunctionTestHarnesses.forBroadcastProcessFunction(
                        new ValidateFunction(
                                AdmitOptions.defaults(DOMAIN),
                                new DjlTokenCounterFactory(models.toString())),
                        ValidateFunction.MODELS);
        activate(harness, first);
        activate(harness, later);
        return harness;
    }

    private static void activate(
            BroadcastOperatorTestHarness<RequestRecord, VaultEvent, Candidate> admission,
            ModelManifest model)
            throws Exception {
        admission.processBroadcastElement(
                new StreamRecord<>(modelPriced(model.id(), 1, 1_000_000, 0)));
        admission.processBroadcastElement(new StreamRecord<>(modelStatus(model.id(), 2)));
    }

    private static Task task(Candidate candidate) {
        RequestBuilder task =
                request(candidate.requestId())
                        .requester(4, candidate.requesterAddress())
                        .model(candidate.model())
                        .deadlineMillis(candidate.deadlineMillis())
                        .appendMillis(candidate.appendMillis())
                        .at(0, candidate.place().offset());
        return candidate.query().isEmpty()
                ? task.input(candidate.input(), candidate.units()).task()
                : task.query(candidate.query())
                        .inputs(candidate.inputs(), candidate.units())
                        .task();
    }

    private void serve(OneInputStreamOperatorTestHarness<Task, Outcome> harness) throws Exception {
        processingTime += 1_000;
        harness.setProcessingTime(processingTime);
        TaskMailbox mails = harness.getTaskMailbox();
        for (var mail = mails.tryTake(0); mail.isPresent(); mail = mails.tryTake(0)) {
            mail.get().run();
        }
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> inference() throws Exception {
        InferOptions options =
                new InferOptions(
                        8,
                        512,
                        1_000_000,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        models.toString(),
                        List.of(new ProviderKey(7, folder.resolve("provider-7").toString())),
                        DOMAIN);
        return new OneInputStreamOperatorTestHarness<>(
                new InferOperatorFactory(
                        options,
                        new DjlModelEngine(options),
                        Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
                        FakeSigners.SILENT),
                4,
                1,
                0);
    }
}
