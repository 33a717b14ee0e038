package io.millrace.meter;

import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static io.millrace.testing.Fixtures.modelPriced;
import static io.millrace.testing.Fixtures.modelStatus;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.AdmitOptions;
import io.millrace.admit.Candidate;
import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.admit.ValidateFunction;
import io.millrace.chain.VaultEvent;
import io.millrace.infer.BundledModels;
import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.DjlTokenCounterFactory;
import io.millrace.infer.InferOperatorFactory;
import io.millrace.infer.InferOptions;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.ProviderKey;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Feeding;
import io.millrace.testing.Models;
import io.millrace.testing.RestoringHarness;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests for scores from their bytes in Kafka to result, charge and evidence, in real models, the
 * engine restored while all of them are in flight. What a client computes from the result alone is
 * what the provider has signed and the evidence names.
 */
@Timeout(300)
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class TaskPathTest {

    private static final long SEED = 20_261_130;
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] KEY = Keccak.hashUtf8("provider 7");
    private static final RequestCodec CODEC = new RequestCodec(256 * 1024);

    @TempDir Path folder;

    private final Random random = new Random(SEED);
    private ModelManifest classifier;
    private ModelManifest ranker;
    private long nonce;

    @BeforeEach
    void unpack() throws IOException {
        System.out.println("seed " + SEED);
        classifier = BundledModels.unpack(folder.resolve("models"), "tiny-classifier");
        ranker = BundledModels.unpack(folder.resolve("models"), "tiny-reranker");
        Path file = folder.resolve("provider-7");
        Files.writeString(file, Hex.encode(KEY) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Scores, charge and hash of an answer, by the request's id. */
    private record Answered(
            InferenceRequest request, JsonNode result, Charge charge, Evidence evidence) {}

    @Test
    void path_restoredMidway_answersChargedAndSignedAsTheirResultsSay() throws Exception {
        List<InferenceRequest> requests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String model = i % 3 == 0 ? classifier.id() : ranker.id();
            String query = i % 3 == 0 ? "" : Models.text(random, 1 + random.nextInt(8));
            requests.add(list(model, query, texts(1 + random.nextInt(9))));
        }
        requests.add(
                SIGNATURE.sign(classifier.id(), "one text", 9_999, NOW + 60_000, 99, ALICE_KEY));

        List<Answered> answers = run(requests);

        assertThat(answers).hasSameSizeAs(requests);
        for (Answered answer : answers) {
            boolean ranked = answer.request.hasQuery();
            JsonNode data = answer.result.path("data");
            assertThat(data).hasSameSizeAs(answer.request.texts());
            List<float[]> vectors = new ArrayList<>();
            for (JsonNode one : data) {
                vectors.add(ranked ? relevance(one) : scores(one));
            }
            String hash = outputHash(vectors, answer.request.isList());
            assertThat(answer.evidence.outputHash()).isEqualTo(hash);
            assertThat(signer(answer, hash)).isEqualTo(Secp256k1.address(KEY));
            assertThat(answer.charge.units()).isEqualTo(units(answer.request));
            assertThat(answer.charge.debitNano()).isEqualTo(answer.charge.units());
            assertThat(answer.evidence.request().inputHash()).isEqualTo(inputHash(answer.request));
        }
    }

    /** Each pair is a row of its own, whatever else is asked for at the time. */
    @Test
    void path_listAndItsTextsAlone_sameScoresBitForBit() throws Exception {
        String query = Models.text(random, 5);
        List<String> texts = texts(20);
        List<InferenceRequest> requests = new ArrayList<>();
        for (ModelManifest model : List.of(classifier, ranker)) {
            String asked = model.task().takesQuery() ? query : "";
            requests.add(list(model.id(), asked, texts));
            texts.forEach(text -> requests.add(list(model.id(), asked, List.of(text))));
        }

        Map<InferenceRequest, JsonNode> results = new HashMap<>();
        run(requests).forEach(answer -> results.put(answer.request, answer.result.path("data")));

        for (int of = 0; of < requests.size(); of += 1 + texts.size()) {
            JsonNode together = requireNonNull(results.get(requests.get(of)));
            for (int i = 0; i < texts.size(); i++) {
                JsonNode alone = requireNonNull(results.get(requests.get(of + 1 + i))).get(0);
                for (String field : List.of("scores", "relevance_score", "object")) {
                    assertThat(together.get(i).path(field))
                            .as("seed %d, text %d", SEED, i)
                            .isEqualTo(alone.path(field));
                }
            }
        }
    }

    private static float[] relevance(JsonNode one) {
        assertThat(one.path("object").asText()).isEqualTo("reranking");
        float score = Float.parseFloat(one.path("relevance_score").asText());
        assertThat(score).isBetween(0f, 1f);
        return new float[] {score};
    }

    private float[] scores(JsonNode one) {
        assertThat(one.path("object").asText()).isEqualTo("classification");
        assertThat(one.path("scores").findValuesAsText("label"))
                .isEqualTo(classifier.head().labels());
        float[] scores = new float[3];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Float.parseFloat(one.path("scores").get(i).path("score").asText());
            sum += scores[i];
        }
        assertThat(sum).isBetween(0.999999, 1.000001);
        return scores;
    }

    /** As the pages say it, by hand. */
    private static String outputHash(List<float[]> vectors, boolean list) {
        byte[][] hashes = new byte[vectors.size()][];
        for (int i = 0; i < hashes.length; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * vectors.get(i).length);
            for (float score : vectors.get(i)) {
                bytes.putFloat(score);
            }
            hashes[i] = Keccak.hash(bytes.array());
        }
        return Hex.encode(list ? Keccak.hash(hashes) : hashes[0]);
    }

    private static String inputHash(InferenceRequest request) {
        if (!request.isList()) {
            return Hex.encode(Keccak.hashUtf8(request.input()));
        }
        List<byte[]> hashes = new ArrayList<>();
        if (request.hasQuery()) {
            hashes.add(Keccak.hashUtf8(request.query()));
        }
        request.inputs().forEach(text -> hashes.add(Keccak.hashUtf8(text)));
        return Hex.encode(Keccak.hash(hashes.toArray(byte[][]::new)));
    }

    private static String signer(Answered answer, String outputHash) {
        byte[] digest =
                new OutcomeSignature(DOMAIN)
                        .digest(
                                answer.charge.requestId(),
                                7,
                                answer.charge.units(),
                                1,
                                Hex.decode(outputHash),
                                answer.evidence.numericClass());
        assertThat(answer.charge.outcome()).isEqualTo(Hex.encode(digest));
        String signature = answer.result.path("provider").path("signature").asText();
        return Secp256k1.recover(digest, Hex.decode(signature)).orElseThrow();
    }

    private long units(InferenceRequest request) {
        try (var counter = counters().open(request.model())) {
            return request.texts().stream()
                    .mapToInt(
                            text ->
                                    request.hasQuery()
                                            ? counter.count(request.query(), text)
                                            : counter.count(text))
                    .sum();
        }
    }

    private List<String> texts(int number) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            texts.add(Models.text(random, 1 + random.nextInt(40)));
        }
        return texts;
    }

    private InferenceRequest list(String model, String query, List<String> texts) {
        return SIGNATURE.sign(model, query, texts, 9_999, NOW + 60_000, nonce++, ALICE_KEY);
    }

    private DjlTokenCounterFactory counters() {
        return new DjlTokenCounterFactory(folder.resolve("models").toString());
    }

    private List<Answered> run(List<InferenceRequest> requests) throws Exception {
        Map<String, InferenceRequest> byId = new HashMap<>();
        List<Task> tasks = new ArrayList<>();
        for (Candidate candidate : admitted(requests)) {
            InferenceRequest request = requests.get(Math.toIntExact(candidate.place().offset()));
            byId.put(candidate.requestId(), request);
            tasks.add(task(candidate));
        }
        List<RestoringHarness.Item<Outcome, Void>> outcomes = new ArrayList<>();
        inferred(tasks).forEach(outcome -> outcomes.add(first(outcome)));
        RestoringHarness.Run<Charge> metered =
                RestoringHarness.keyed(
                                new MeterFunction(DOMAIN),
                                (Outcome outcome) -> outcome.terms().requesterAddress(),
                                Types.STRING)
                        .collecting(MeterFunction.RESULTS, MeterFunction.EVIDENCE)
                        .run(Feeding.ALL_AT_ONCE, outcomes);
        List<Answered> answers = new ArrayList<>();
        for (int i = 0; i < metered.main().size(); i++) {
            Charge charge = metered.main().get(i);
            Result result = metered.side(MeterFunction.RESULTS).get(i);
            answers.add(
                    new Answered(
                            requireNonNull(byId.get(charge.requestId()), charge.requestId()),
                            new ObjectMapper().readTree(ResultCodec.encode(result)),
                            charge,
                            metered.side(MeterFunction.EVIDENCE).get(i)));
        }
        return answers;
    }

    /** As the keyed half of admission makes it. */
    private static Task task(Candidate candidate) {
        Terms terms =
                new Terms(
                        candidate.requestId(),
                        candidate.requesterAddress(),
                        4,
                        candidate.model(),
                        candidate.units(),
                        candidate.price(),
                        candidate.feeNano(),
                        candidate.appendMillis(),
                        candidate.place(),
                        candidate.signed());
        return new Task(
                terms,
                candidate.input(),
                candidate.inputs(),
                candidate.query(),
                candidate.deadlineMillis());
    }

    private List<Candidate> admitted(List<InferenceRequest> requests) {
        List<RestoringHarness.Item<RequestRecord, VaultEvent>> items = new ArrayList<>();
        for (ModelManifest model : List.of(classifier, ranker)) {
            items.add(second(modelPriced(model.id(), 1, 1_000_000, 0)));
            items.add(second(modelStatus(model.id(), 2)));
        }
        for (int i = 0; i < requests.size(); i++) {
            byte[] value = CODEC.encode(requests.get(i));
            items.add(first(new RequestRecord(new RequestPlace(0, i), NOW, false, value), NOW));
        }
        RestoringHarness.Run<Candidate> run =
                RestoringHarness.broadcast(
                                new ValidateFunction(AdmitOptions.defaults(DOMAIN), counters()),
                                ValidateFunction.MODELS)
                        .collecting(ValidateFunction.REJECTIONS)
                        .run(Feeding.ALL_AT_ONCE, items);
        assertThat(run.side(ValidateFunction.REJECTIONS)).isEmpty();
        return run.main();
    }

    /** All are taken in, none is answered, the operator is gone: another goes on. */
    private List<Outcome> inferred(List<Task> tasks) throws Exception {
        OperatorSubtaskState midway;
        try (var harness = infer()) {
            harness.open();
            for (Task task : tasks) {
                harness.processElement(new StreamRecord<>(task));
            }
            midway = harness.snapshot(1, 1);
        }
        try (var harness = infer()) {
            harness.setup();
            harness.initializeState(midway);
            harness.open();
            harness.endInput();
            return List.copyOf(harness.extractOutputValues());
        }
    }

    private OneInputStreamOperatorTestHarness<Task, Outcome> infer() throws Exception {
        String models = folder.resolve("models").toString();
        InferOptions options =
                new InferOptions(
                        16,
                        1_024,
                        1_000_000,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        models,
                        List.of(new ProviderKey(7, folder.resolve("provider-7").toString())),
                        DOMAIN);
        OneInputStreamOperatorTestHarness<Task, Outcome> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new InferOperatorFactory(
                                options,
                                new DjlModelEngine(models, 1),
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
