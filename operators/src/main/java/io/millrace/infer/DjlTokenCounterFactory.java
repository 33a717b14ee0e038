package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.TokenCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens token counters for the models below a directory that every TaskManager has. The directory
 * is read, and its digests checked, on first use where the task runs.
 */
public final class DjlTokenCounterFactory implements TokenCounter.Factory {

    private static final long serialVersionUID = 1L;

    private final String modelsDir;
    private transient @Nullable ModelStore store;

    /** For {@code modelsDir} as in the option models.dir. */
    public DjlTokenCounterFactory(String modelsDir) {
        this.modelsDir = requireNonNull(modelsDir, "modelsDir is null");
    }

    @Override
    public Set<String> models() {
        return store().ids();
    }

    @Override
    public TokenCounter open(String model) {
        ModelStore.Stored stored = store().require(model);
        try {
            return new DjlTokenCounter(
                    DjlTokenizer.open(stored.file(ModelManifest.TOKENIZER_FILE)),
                    stored.manifest().maxTokens());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ModelStore store() {
        ModelStore loaded = store;
        if (loaded == null) {
            try {
                loaded = ModelStore.load(Path.of(modelsDir));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            store = loaded;
        }
        return loaded;
    }
}
