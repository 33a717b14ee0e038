package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.TokenCounter;
import io.millrace.infer.store.ModelManifest;
import io.millrace.infer.store.ModelStore;
import io.millrace.infer.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Opens token counters for the models below a directory that every TaskManager has: those that are
 * there at the start, and others once they are put there.
 */
public final class DjlTokenCounterFactory implements TokenCounter.Factory {

    private static final long serialVersionUID = 2L;

    private final String modelsDir;
    private transient @Nullable ModelStore store;

    /** For {@code modelsDir} as in the option models.dir. */
    public DjlTokenCounterFactory(String modelsDir) {
        this.modelsDir = requireNonNull(modelsDir, "modelsDir is null");
    }

    @Override
    public void look() {
        try {
            store().look();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean serves(String model) {
        return store().find(model) != null;
    }

    @Override
    public TokenCounter open(String model) {
        StoredModel stored;
        try {
            stored = store().require(model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DjlRuntime.start();
        try {
            return new DjlTokenCounter(
                    DjlTokenizer.open(stored.file(ModelManifest.TOKENIZER_FILE)),
                    stored.manifest());
        } catch (IOException | RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while a tokenizer opens", e);
            }
            store().refuse(model, e);
            throw new IllegalArgumentException(
                    "the tokenizer of model " + model + " does not open", e);
        }
    }

    private ModelStore store() {
        ModelStore found = store;
        if (found == null) {
            found = ModelStore.of(Path.of(modelsDir));
            store = found;
        }
        return found;
    }
}
