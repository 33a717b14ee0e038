package io.millrace.testing;

import io.millrace.infer.BundledModels;
import io.millrace.infer.ModelManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The bundled model, unpacked once into the build folder and shared by the tests of a run. */
public final class Models {

    /** The models directory. */
    public static final Path DIRECTORY = Path.of("target", "models").toAbsolutePath();

    /** Manifest of all-MiniLM-L6-v2. */
    public static final ModelManifest MINILM;

    static {
        try {
            MINILM = BundledModels.unpack(DIRECTORY).get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Models() {}

    /** Directory of all-MiniLM-L6-v2. */
    public static Path minilm() {
        return DIRECTORY.resolve(MINILM.name());
    }
}
