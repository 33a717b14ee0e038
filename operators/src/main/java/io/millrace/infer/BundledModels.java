package io.millrace.infer;

import io.millrace.infer.store.ModelManifest;
import io.millrace.unit.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The models whose files come with the classpath, so that a first run needs no download. The
 * manifests are ours, committed beside this class; the files are those of a published artifact, but
 * for the graphs of the tiny models, which have random weights and are for trying a task out.
 */
public final class BundledModels {

    /** The one that a stack offers unless told otherwise. */
    public static final String DEFAULT = "all-MiniLM-L6-v2";

    /**
     * Where its files are.
     *
     * @param artifact that has them
     * @param resources of the classpath, by file name
     */
    private record Bundle(String artifact, Map<String, String> resources) {

        /** As langchain4j publishes them. */
        static Bundle of(String artifact, String resource) {
            return new Bundle(
                    "dev.langchain4j:langchain4j-embeddings-" + artifact,
                    Map.of(
                            ModelManifest.MODEL_FILE,
                            "/" + resource + ".onnx",
                            ModelManifest.TOKENIZER_FILE,
                            "/" + resource + "-tokenizer.json"));
        }

        /** One of ours, too small to be good for anything: its words are split as MiniLM's are. */
        static Bundle tiny(String name) {
            return new Bundle(
                    "operators",
                    Map.of(
                            ModelManifest.MODEL_FILE,
                            "models/" + name + "/" + ModelManifest.MODEL_FILE,
                            ModelManifest.TOKENIZER_FILE,
                            "/all-minilm-l6-v2-tokenizer.json"));
        }
    }

    /** By model name, which is also that of its manifest's folder. */
    private static final Map<String, Bundle> BUNDLES =
            new TreeMap<>(
                    Map.of(
                            DEFAULT,
                            Bundle.of("all-minilm-l6-v2", "all-minilm-l6-v2"),
                            "bge-small-en-v1.5",
                            Bundle.of("bge-small-en-v15", "bge-small-en-v1.5"),
                            "tiny-classifier",
                            Bundle.tiny("tiny-classifier"),
                            "tiny-reranker",
                            Bundle.tiny("tiny-reranker")));

    private BundledModels() {}

    /** What can be unpacked. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(BUNDLES.keySet());
    }

    /**
     * Writes a bundled model below {@code modelsDir}. A file that is there with the right digest is
     * left alone; any other is replaced in one step, so that a concurrent reader or a crash never
     * sees half a file.
     *
     * @return its manifest, now readable with ModelManifest.read
     * @throws IllegalArgumentException if there is none of that name
     * @throws IllegalStateException if the artifact is not on the classpath or is not the one the
     *     manifest names
     */
    public static ModelManifest unpack(Path modelsDir, String name) throws IOException {
        Bundle bundle = BUNDLES.get(name);
        if (bundle == null) {
            throw new IllegalArgumentException(
                    "no model %s is bundled; there are %s".formatted(name, BUNDLES.keySet()));
        }
        Path directory = Files.createDirectories(modelsDir.resolve(name));
        byte[] bytes;
        try (InputStream in = open("models/" + name + "/" + ModelManifest.FILE, "operators")) {
            bytes = in.readAllBytes();
        }
        ModelManifest manifest = ModelManifest.parse(bytes);
        for (Map.Entry<String, String> file : bundle.resources.entrySet()) {
            String digest = manifest.files().getOrDefault(file.getKey(), "");
            copy(bundle, file.getValue(), directory.resolve(file.getKey()), digest);
        }
        writeManifest(bytes, directory); // last: a manifest announces whole files
        return manifest;
    }

    private static void copy(Bundle bundle, String resource, Path target, String sha256)
            throws IOException {
        if (Files.exists(target) && Sha256.ofFileOnce(target).equals(sha256)) {
            return;
        }
        MessageDigest digest = Sha256.newDigest();
        Path part = Files.createTempFile(target.getParent(), "unpack", ".part");
        try {
            try (InputStream in = new DigestInputStream(open(resource, bundle.artifact), digest)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            String found = Sha256.hex(digest);
            if (!found.equals(sha256)) {
                throw new IllegalStateException(
                        ("classpath resource %s has sha-256 %s but the bundled"
                                        + " manifest names %s; use the pinned version of %s")
                                .formatted(resource, found, sha256, bundle.artifact));
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void writeManifest(byte[] bytes, Path directory) throws IOException {
        Path part = Files.createTempFile(directory, "unpack", ".part");
        try {
            Files.write(part, bytes);
            Files.move(part, directory.resolve(ModelManifest.FILE), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static InputStream open(String resource, String artifact) {
        InputStream in = BundledModels.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(
                    "classpath resource " + resource + " is missing: add " + artifact);
        }
        return in;
    }
}
