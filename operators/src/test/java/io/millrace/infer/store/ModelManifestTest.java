package io.millrace.infer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.ModelTask;
import io.millrace.infer.BundledModels;
import io.millrace.infer.output.Activation;
import io.millrace.testing.Models;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelManifestTest {

    /** Changing it renames the model on chain: registered prices would no longer apply. */
    private static final String MINILM_ID =
            "0x1efab7d9c5c328301d8e5e6b69a0518a20961be4e9f6a882fc19383ad9f5fbae";

    private static final String BGE_ID =
            "0xbbcbc6639e08e1c249f118ae1bcb463befd38a080fc7b0473576d7db1f55595d";

    @TempDir Path directory;

    @Test
    void read_bundledModel_idIsDigestOfManifest() throws IOException {
        ModelManifest manifest = ModelManifest.read(Models.minilm());
        byte[] bytes = Files.readAllBytes(Models.minilm().resolve(ModelManifest.FILE));
        assertThat(manifest.id()).isEqualTo(Hex.encode(Keccak.hash(bytes))).isEqualTo(MINILM_ID);
        assertThat(manifest.name()).isEqualTo("all-MiniLM-L6-v2");
        assertThat(manifest.width()).isEqualTo(384);
        assertThat(manifest.maxTokens()).isEqualTo(256);
    }

    @Test
    void unpack_eachBundledModel_hasTheIdThatPagesAndConfigurationsName() throws IOException {
        assertThat(BundledModels.unpack(directory, "all-MiniLM-L6-v2").id()).isEqualTo(MINILM_ID);
        assertThat(BundledModels.unpack(directory, "bge-small-en-v1.5").id()).isEqualTo(BGE_ID);
        assertThat(Path.of("..", "jobs", "gateway", "gateway.example.yaml"))
                .content()
                .contains(MINILM_ID, BGE_ID);
    }

    @Test
    void read_changedFile_namesFileBothDigestsAndRemedy() throws IOException {
        write(manifest("mean", Sha256.ofFile(file("model.onnx", "graph")), "0".repeat(64)));
        Path tokenizer = file("tokenizer.json", "{}");
        assertThatThrownBy(() -> ModelManifest.read(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(tokenizer.toString())
                .hasMessageContaining("0".repeat(64))
                .hasMessageContaining(Sha256.ofFile(tokenizer))
                .hasMessageContaining("put back the file");
    }

    @Test
    void read_unsupportedPooling_namesValueAndWhatIsSupported() throws IOException {
        write(manifest("max", "a", "b"));
        assertThatThrownBy(() -> ModelManifest.read(directory))
                .hasMessage("model tiny has pooling max: only mean and cls are supported");
    }

    @Test
    void read_unknownField_refused() throws IOException {
        write(manifest("mean", "a", "b").replace("\"name\"", "\"extra\": 1, \"name\""));
        assertThatThrownBy(() -> ModelManifest.read(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("extra");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "task": "translation" | task translation: only embedding, classification, reranking
                    "task": "classification" | no field labels, which the task classification needs
                    "task": "classification", "labels": [], "activation": "softmax" | 0 labels
                    "task": "classification", "labels": ["a", "a"], "activation": "softmax" | a label twice
                    "task": "classification", "labels": [" "], "activation": "softmax" | label " "
                    "task": "classification", "labels": ["a"], "activation": "tanh" | activation tanh
                    "task": "reranking", "labels": ["a"], "activation": "none" | a field labels
                    "task": "reranking", "activation": "softmax" | would always be 1
                    "task": "reranking", "activation": "none", "dimension": 1 | a field dimension
                    "task": "embedding", "activation": "none" | no field dimension\
                    """)
    void parse_fieldsThatDoNotFitTheTask_refusedByName(String fields, String why) {
        assertThatThrownBy(() -> ModelManifest.parse(scores(fields)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("model tiny has", why);
    }

    @Test
    void parse_eachTask_saysWhatARowGives() {
        ModelManifest labelled =
                ModelManifest.parse(
                        scores(
                                "\"task\": \"classification\", \"labels\": [\"a\", \"b\"],"
                                        + " \"activation\": \"sigmoid\""));
        assertThat(labelled.head())
                .isEqualTo(
                        new ModelManifest.Scores(
                                ModelTask.CLASSIFICATION, List.of("a", "b"), Activation.SIGMOID));
        assertThat(labelled.width()).isEqualTo(2);
        ModelManifest ranker =
                ModelManifest.parse(scores("\"task\": \"reranking\", \"activation\": \"none\""));
        assertThat(ranker.width()).isEqualTo(1);
        assertThat(ranker.task().takesQuery()).isTrue();
    }

    /** The numbers of a row are hashed and signed, so every machine must give the same. */
    @Test
    void activation_ofKnownLogits_givesKnownScores() {
        assertThat(Activation.SOFTMAX.of(new double[] {1, 3, 1}))
                .containsExactly(0.10650697891920073, 0.7869860421615984, 0.10650697891920073);
        assertThat(Activation.SOFTMAX.of(new double[] {1_000, -1_000})).containsExactly(1, 0);
        assertThat(Activation.SIGMOID.of(new double[] {0, 1_000, -1_000}))
                .containsExactly(0.5, 1, 0);
        assertThat(Activation.NONE.of(new double[] {-2.5})).containsExactly(-2.5);
    }

    @Test
    void read_dimensionWhoseListsFitIntoNoRecord_refused() throws IOException {
        write(manifest("mean", "a", "b").replace("\"dimension\": 4,", "\"dimension\": 4097,"));
        assertThatThrownBy(() -> ModelManifest.read(directory))
                .hasMessageContainingAll("4097", "1..4096");
    }

    @Test
    void read_missingField_refused() throws IOException {
        write(manifest("mean", "a", "b").replace("\"dimension\": 4,", ""));
        assertThatThrownBy(() -> ModelManifest.read(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dimension");
    }

    @Test
    void unpack_again_leavesGoodFilesAndRepairsBadOnes() throws IOException {
        BundledModels.unpack(directory, BundledModels.DEFAULT);
        Path model = directory.resolve("all-MiniLM-L6-v2");
        Path graph = model.resolve(ModelManifest.MODEL_FILE);
        FileTime old = FileTime.fromMillis(1_000);
        Files.setLastModifiedTime(graph, old);
        Files.writeString(model.resolve(ModelManifest.TOKENIZER_FILE), "broken");

        BundledModels.unpack(directory, BundledModels.DEFAULT);

        assertThat(Files.getLastModifiedTime(graph)).isEqualTo(old);
        assertThat(ModelManifest.read(model).id()).isEqualTo(MINILM_ID);
        try (var left = Files.list(model)) {
            assertThat(left).hasSize(3);
        }
    }

    @Test
    void unpack_noSuchModel_namesThoseThereAre() {
        assertThatThrownBy(() -> BundledModels.unpack(directory, "gpt"))
                .hasMessageContainingAll("gpt", "all-MiniLM-L6-v2", "bge-small-en-v1.5");
    }

    private static String manifest(String pooling, String graph, String tokenizer) {
        return """
        {"name": "tiny", "engine": "OnnxRuntime", "precision": "float32", "dimension": 4,
         "maxTokens": 8, "pooling": "%s", "normalize": true,
         "files": {"model.onnx": "%s", "tokenizer.json": "%s"}}
        """
                .formatted(pooling, graph, tokenizer);
    }

    private static byte[] scores(String fields) {
        return """
        {"name": "tiny", "engine": "OnnxRuntime", "precision": "float32", "maxTokens": 8, %s,
         "files": {"model.onnx": "a", "tokenizer.json": "b"}}
        """
                .formatted(fields)
                .getBytes(StandardCharsets.UTF_8);
    }

    private void write(String manifest) throws IOException {
        Files.write(
                directory.resolve(ModelManifest.FILE), manifest.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
