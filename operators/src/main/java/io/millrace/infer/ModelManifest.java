package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What a model is: an immutable artifact, named by the digest of this description, which itself
 * names the digests of its files. Two nodes that agree on the id run the same bytes.
 *
 * @param id keccak256 of the bytes of manifest.json, 0x-hex: the model's name on chain
 * @param name for people
 * @param dimension length of an embedding, at most {@value #MAX_DIMENSION}
 * @param maxTokens most tokens a row may have, special tokens included
 * @param pooling of a row's tokens
 * @param normalize whether embeddings are scaled to length 1
 * @param files sha-256, 64 lower-case hex digits, by file name
 */
public record ModelManifest(
        String id,
        String name,
        int dimension,
        int maxTokens,
        Pooling pooling,
        boolean normalize,
        Map<String, String> files) {

    /** Name of the manifest in a model's directory. */
    public static final String FILE = "manifest.json";

    /** Name of the graph in a model's directory. */
    public static final String MODEL_FILE = "model.onnx";

    /** Name of the tokenizer in a model's directory. */
    public static final String TOKENIZER_FILE = "tokenizer.json";

    /** Beyond it the answer to a list of texts does not fit into a record of Kafka. */
    public static final int MAX_DIMENSION = 4_096;

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Checks and copies. */
    public ModelManifest {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(pooling, "pooling is null");
        files = Map.copyOf(files);
        if (dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException(
                    "model %s has dimension %d, and beyond %d the answer to a list of texts does not fit into a record"
                            .formatted(name, dimension, MAX_DIMENSION));
        }
        if (dimension < 1 || maxTokens < 1) {
            throw new IllegalArgumentException(
                    "model %s has dimension %d and maxTokens %d: both must be positive"
                            .formatted(name, dimension, maxTokens));
        }
        if (!files.keySet().equals(Set.of(MODEL_FILE, TOKENIZER_FILE))) {
            throw new IllegalArgumentException(
                    "model %s lists the files %s: exactly %s and %s are needed"
                            .formatted(name, files.keySet(), MODEL_FILE, TOKENIZER_FILE));
        }
    }

    /**
     * The manifest of the model in {@code directory}, after the files' digests were checked.
     *
     * @throws IllegalArgumentException if the manifest is no valid one, or a file is not the one it
     *     names
     */
    public static ModelManifest read(Path directory) throws IOException {
        ModelManifest manifest = parse(Files.readAllBytes(directory.resolve(FILE)));
        for (Map.Entry<String, String> file : manifest.files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            String digest = Sha256.ofFile(path);
            if (!digest.equals(file.getValue())) {
                throw new IllegalArgumentException(
                        ("%s has sha-256 %s but the manifest of %s names %s; put"
                                        + " back the file that was published with the manifest, or"
                                        + " register the changed model under a manifest of its own")
                                .formatted(path, digest, manifest.name, file.getValue()));
            }
        }
        return manifest;
    }

    /**
     * The manifest in {@code bytes}, without a look at any file.
     *
     * @throws IllegalArgumentException if it is no valid one
     */
    static ModelManifest parse(byte[] bytes) {
        Document document;
        try {
            document = JSON.readValue(bytes, Document.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    FILE + " is not a model manifest: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(FILE + " is not a model manifest", e);
        }
        document.requireSupported();
        return new ModelManifest(
                Hex.encode(Keccak.hash(bytes)),
                document.name,
                document.dimension,
                document.maxTokens,
                document.knownPooling(),
                document.normalize,
                document.files);
    }

    /** The JSON form. Every field is required, no other is allowed. */
    private record Document(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String engine,
            @JsonProperty(required = true) String precision,
            @JsonProperty(required = true) int dimension,
            @JsonProperty(required = true) int maxTokens,
            @JsonProperty(required = true) String pooling,
            @JsonProperty(required = true) boolean normalize,
            @JsonProperty(required = true) Map<String, String> files) {

        /**
         * Dynamic int8 is refused: its scales are taken over the whole batch, so co-batched rows
         * would change each other's answers.
         */
        private void requireSupported() {
            requireSupported("engine", engine, "OnnxRuntime");
            requireSupported("precision", precision, "float32");
        }

        private Pooling knownPooling() {
            try {
                return Pooling.named(pooling);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "model %s has %s".formatted(name, e.getMessage()), e);
            }
        }

        private void requireSupported(String field, String value, String supported) {
            if (!supported.equals(value)) {
                throw new IllegalArgumentException(
                        "model %s has %s %s: only %s is supported"
                                .formatted(name, field, value, supported));
            }
        }
    }
}
