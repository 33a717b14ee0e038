package io.millrace.infer.store;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.ModelTask;
import io.millrace.infer.output.Activation;
import io.millrace.infer.output.Pooling;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model is: an immutable artifact, named by the digest of this description, which itself
 * names the digests of its files. Two nodes that agree on the id run the same bytes.
 *
 * @param id keccak256 of the bytes of manifest.json, 0x-hex: the model's name on chain
 * @param name for people
 * @param maxTokens most tokens a row may have, special tokens included
 * @param head what a row gives
 * @param files sha-256, 64 lower-case hex digits, by file name
 */
public record ModelManifest(
        String id, String name, int maxTokens, Head head, Map<String, String> files) {

    /** Name of the manifest in a model's directory. */
    public static final String FILE = "manifest.json";

    /** Name of the graph in a model's directory. */
    public static final String MODEL_FILE = "model.onnx";

    /** Name of the tokenizer in a model's directory. */
    public static final String TOKENIZER_FILE = "tokenizer.json";

    /** Beyond it the answer to a list of texts does not fit into a record of Kafka. */
    public static final int MAX_DIMENSION = 4_096;

    /** The same for labels, each with its score, of {@value #MAX_LABEL_CHARS} characters. */
    public static final int MAX_LABELS = 200;

    /** Longest label. */
    public static final int MAX_LABEL_CHARS = 64;

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** What a model gives for a row. */
    public sealed interface Head {

        /** What it is asked for. */
        ModelTask task();

        /** Numbers a row. */
        int width();

        /** One for each of them, in their order; none if they are not scores of labels. */
        List<String> labels();
    }

    /**
     * The embedding of a sentence encoder.
     *
     * @param dimension its length, at most {@value #MAX_DIMENSION}
     * @param pooling of a row's tokens
     * @param normalize whether it is scaled to length 1
     */
    public record Embedding(int dimension, Pooling pooling, boolean normalize) implements Head {

        /** Refuses what no model of this job may give. */
        public Embedding {
            requireNonNull(pooling, "pooling is null");
            if (dimension < 1 || dimension > MAX_DIMENSION) {
                throw new IllegalArgumentException(
                        ("dimension %d: give 1..%d, beyond which the answer to a list of texts"
                                        + " does not fit into a record")
                                .formatted(dimension, MAX_DIMENSION));
            }
        }

        @Override
        public ModelTask task() {
            return ModelTask.EMBEDDING;
        }

        @Override
        public int width() {
            return dimension;
        }

        @Override
        public List<String> labels() {
            return List.of();
        }
    }

    /**
     * The scores of a sequence classifier.
     *
     * @param task classification, or re-ranking: then there is one score and no label
     * @param labels of a classifier, in the order of its logits
     * @param activation what makes scores of logits
     */
    public record Scores(ModelTask task, List<String> labels, Activation activation)
            implements Head {

        /** Checks and copies. */
        public Scores {
            requireNonNull(activation, "activation is null");
            labels = List.copyOf(labels);
            if (task == ModelTask.EMBEDDING) {
                throw new IllegalArgumentException("an embedding is no score");
            }
            if (task == ModelTask.RERANKING && activation == Activation.SOFTMAX) {
                throw new IllegalArgumentException(
                        "activation softmax of its one score, which would always be 1: give"
                                + " sigmoid or none");
            }
            boolean labelled = task == ModelTask.CLASSIFICATION;
            if (labels.isEmpty() == labelled || labels.size() > MAX_LABELS) {
                throw new IllegalArgumentException(
                        "%d labels for the task %s: give %s"
                                .formatted(
                                        labels.size(),
                                        task.wireName(),
                                        labelled ? "1.." + MAX_LABELS : "none"));
            }
            if (Set.copyOf(labels).size() < labels.size()) {
                throw new IllegalArgumentException("a label twice among " + labels);
            }
            for (String label : labels) {
                if (label.isBlank()
                        || label.length() > MAX_LABEL_CHARS
                        || label.chars().anyMatch(Character::isISOControl)) {
                    throw new IllegalArgumentException(
                            "label \"%s\": give 1..%d characters, no control characters"
                                    .formatted(label, MAX_LABEL_CHARS));
                }
            }
        }

        @Override
        public int width() {
            return task == ModelTask.RERANKING ? 1 : labels.size();
        }
    }

    /** Checks and copies. */
    public ModelManifest {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(head, "head is null");
        files = Map.copyOf(files);
        if (maxTokens < 1) {
            throw new IllegalArgumentException(
                    "model %s has maxTokens %d: it must be positive".formatted(name, maxTokens));
        }
        if (!files.keySet().equals(Set.of(MODEL_FILE, TOKENIZER_FILE))) {
            throw new IllegalArgumentException(
                    "model %s lists the files %s: exactly %s and %s are needed"
                            .formatted(name, files.keySet(), MODEL_FILE, TOKENIZER_FILE));
        }
    }

    /** What the model is asked for. */
    public ModelTask task() {
        return head.task();
    }

    /** Numbers that a row gives: the embedding's length, or how many scores. */
    public int width() {
        return head.width();
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
            String digest = Sha256.ofFileOnce(path);
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
    public static ModelManifest parse(byte[] bytes) {
        return Document.parse(bytes).manifest(Hex.encode(Keccak.hash(bytes)));
    }

    /**
     * The JSON form of a manifest. A manifest without {@code task} is of an embedding: so are those
     * that were registered before there were others, and their bytes are their ids. Every other
     * field of its task is required, no other is allowed.
     */
    private record Document(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String engine,
            @JsonProperty(required = true) String precision,
            @Nullable String task,
            @Nullable Integer dimension,
            @JsonProperty(required = true) int maxTokens,
            @Nullable String pooling,
            @Nullable Boolean normalize,
            @Nullable List<String> labels,
            @Nullable String activation,
            @JsonProperty(required = true) Map<String, String> files) {

        /**
         * The document in {@code bytes}.
         *
         * @throws IllegalArgumentException if it is none
         */
        static Document parse(byte[] bytes) {
            try {
                return JSON.readValue(bytes, Document.class);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(
                        FILE + " is not a model manifest: " + e.getOriginalMessage(), e);
            } catch (IOException e) {
                throw new IllegalArgumentException(FILE + " is not a model manifest", e);
            }
        }

        /**
         * What it says.
         *
         * @param id of its bytes
         * @throws IllegalArgumentException if that is not supported. Dynamic int8 is not: its
         *     scales are taken over the whole batch, so co-batched rows would change each other's
         *     answers
         */
        ModelManifest manifest(String id) {
            requireSupported("engine", engine, "OnnxRuntime");
            requireSupported("precision", precision, "float32");
            Head head;
            try {
                head = head(task == null ? ModelTask.EMBEDDING : ModelTask.named(task));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "model %s has %s".formatted(name, e.getMessage()), e);
            }
            return new ModelManifest(id, name, maxTokens, head, files);
        }

        private Head head(ModelTask of) {
            boolean embeds = of == ModelTask.EMBEDDING;
            requirePresence("dimension", dimension, embeds, of);
            requirePresence("pooling", pooling, embeds, of);
            requirePresence("normalize", normalize, embeds, of);
            requirePresence("labels", labels, of == ModelTask.CLASSIFICATION, of);
            requirePresence("activation", activation, !embeds, of);
            if (dimension != null && pooling != null && normalize != null) {
                return new Embedding(dimension, Pooling.named(pooling), normalize);
            }
            return new Scores(
                    of,
                    labels == null ? List.of() : labels,
                    Activation.named(String.valueOf(activation)));
        }

        private static void requirePresence(
                String field, @Nullable Object value, boolean needed, ModelTask of) {
            if ((value != null) != needed) {
                throw new IllegalArgumentException(
                        "%s field %s, which the task %s %s"
                                .formatted(
                                        needed ? "no" : "a",
                                        field,
                                        of.wireName(),
                                        needed ? "needs" : "does not take"));
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
