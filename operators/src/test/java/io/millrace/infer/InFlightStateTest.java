package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Fixtures;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks in flight as {@code state/v1/in-flight.bin} holds them, written by Flink with the operator
 * of the last version whose tasks did not carry what their requester signed, and were of one text.
 */
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class InFlightStateTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Task LIST =
            request("list")
                    .model(FakeModelEngine.MODEL.id())
                    .inputs(List.of("one text", "and another"), 4)
                    .deadlineMillis(NOW + 600_000)
                    .task();
    private static final byte[] KEY = Keccak.hashUtf8("provider 7");

    @TempDir Path keys;

    private final FakeModelEngine engine = new FakeModelEngine("in-flight state");

    @BeforeEach
    void writeKey() throws IOException {
        Path file = keys.resolve("provider-7");
        Files.writeString(file, Hex.encode(KEY) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void restore_stateWithoutSignedTerms_sameTasksAnsweredWithoutThem() throws Exception {
        List<Outcome> outcomes = restored(stored());

        assertThat(outcomes)
                .extracting(Outcome::terms)
                .containsExactly(unsigned(0), unsigned(1), unsigned(2));
        assertThat(outcomes.get(1).output())
                .isEqualTo(Output.of(FakeModelEngine.embedding("some text 1")));
        assertThat(outcomes).extracting(Outcome::status).containsOnly(OutcomeStatus.ANSWERED);
        assertThat(outcomes)
                .extracting(Outcome::numericClass)
                .containsOnly(FakeModelEngine.CLASS.id());
    }

    /** The first checkpoint of this version migrates what is still in flight. */
    @Test
    void restore_stateWithoutSignedTermsWrittenAgain_sameTasksAndNewOnes() throws Exception {
        OperatorSubtaskState both;
        try (var one = harness()) {
            one.setup();
            one.initializeState(stored());
            one.open();
            one.processElement(new StreamRecord<>(task(3)));
            one.processElement(new StreamRecord<>(LIST));
            both = one.snapshot(2, 2); // nothing served the mailbox: all of them are in flight
        }

        List<Outcome> outcomes = restored(both);

        assertThat(outcomes)
                .extracting(Outcome::terms)
                .containsExactly(
                        unsigned(0), unsigned(1), unsigned(2), task(3).terms(), LIST.terms());
        assertThat(outcomes.get(4).output())
                .isEqualTo(
                        Output.embeddings(
                                true,
                                LIST.inputs().stream().map(FakeModelEngine::embedding).toList()));
        assertThat(task(3).terms().signed()).isNotNull();
    }

    private static OperatorSubtaskState stored() throws IOException, ClassNotFoundException {
        return OperatorSnapshotUtil.readStateHandle(
                OperatorSnapshotUtil.getResourceFilename("state/v1/in-flight.bin"));
    }

    private List<Outcome> restored(OperatorSubtaskState state) throws Exception {
        try (var later = harness()) {
            later.setup();
            later.initializeState(state);
            later.open();
            later.endInput();
            return List.copyOf(later.extractOutputValues());
        }
    }

    private static Terms unsigned(int number) {
        Terms terms = task(number).terms();
        return new Terms(
                terms.requestId(),
                terms.requesterAddress(),
                terms.requesterAccount(),
                terms.model(),
                terms.units(),
                terms.price(),
                terms.reservedNano(),
                terms.appendMillis(),
                terms.place(),
                null);
    }

    private static Task task(int number) {
        return request("request " + number)
                .model(FakeModelEngine.MODEL.id())
                .input("some text " + number, 3)
                .price(2_000_000, 1)
                .deadlineMillis(NOW + 600_000)
                .appendMillis(NOW + number)
                .at(0, number)
                .task();
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> harness() throws Exception {
        InferOptions options =
                new InferOptions(
                        8,
                        512,
                        1_000_000,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        "models",
                        List.of(new ProviderKey(7, keys.resolve("provider-7").toString())),
                        Fixtures.DOMAIN);
        OneInputStreamOperatorTestHarness<Task, Outcome> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new InferOperatorFactory(
                                options,
                                engine,
                                Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
                                FakeSigners.SILENT),
                        4,
                        1,
                        0);
        ((SerializerConfigImpl) harness.getExecutionConfig().getSerializerConfig())
                .setGenericTypes(false);
        return harness;
    }
}
