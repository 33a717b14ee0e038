package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model directory that travels with the job and is read, once, where it is first used. */
final class LazyModelStore implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String modelsDir;
    private transient @Nullable ModelStore store;

    LazyModelStore(String modelsDir) {
        this.modelsDir = requireNonNull(modelsDir, "modelsDir is null");
    }

    ModelStore get() throws IOException {
        ModelStore loaded = store;
        if (loaded == null) {
            loaded = ModelStore.load(Path.of(modelsDir));
            store = loaded;
        }
        return loaded;
    }
}
