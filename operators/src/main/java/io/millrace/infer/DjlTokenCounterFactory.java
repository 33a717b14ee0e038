package io.millrace.infer;

import io.millrace.admit.TokenCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * Opens token counters for the models below a directory that every TaskManager has. The directory
 * is read, and its digests checked, on first use where the task runs.
 */
public final class DjlTokenCounterFactory implements TokenCounter.Factory {

    private static final long serialVersionUID = 1L;

    private final LazyModelStore store;

    /** For {@code modelsDir} as in the option models.dir. */
    public DjlTokenCounterFactory(String modelsDir) {
        this.store = new LazyModelStore(modelsDir);
    }

    @Override
    public Set<String> models() {
        try {
            return store.get().ids();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public TokenCounter open(String model) {
        try {
            ModelStore.Stored stored = store.get().require(model);
            return new DjlTokenCounter(
                    DjlTokenizer.open(stored.file(ModelManifest.TOKENIZER_FILE)),
                    stored.manifest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
