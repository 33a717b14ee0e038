package io.millrace.testing;

import io.millrace.infer.BundledModels;
import io.millrace.infer.store.ModelManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;

/** The bundled model, unpacked once into the build folder and shared by the tests of a run. */
public final class Models {

    private static final String[] WORDS = {
        "the",
        "river",
        "turns",
        "a",
        "mill",
        "and",
        "wheat",
        "becomes",
        "flour",
        "while",
        "embeddings",
        "measure",
        "semantic",
        "similarity",
        "Zürich",
        "東京",
        "🚀",
        "don't",
        "42"
    };

    /** The models directory. */
    public static final Path DIRECTORY = Path.of("target", "models").toAbsolutePath();

    /** Manifest of all-MiniLM-L6-v2. */
    public static final ModelManifest MINILM;

    static {
        try {
            MINILM = BundledModels.unpack(DIRECTORY, BundledModels.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Models() {}

    /** Directory of all-MiniLM-L6-v2. */
    public static Path minilm() {
        return DIRECTORY.resolve(MINILM.name());
    }

    /** The cosine of two embeddings of length 1. */
    public static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    /** As many words, each of any of several scripts. */
    public static String text(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }
}
