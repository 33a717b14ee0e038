package io.millrace.infer;

import java.io.IOException;
import java.util.Collection;

/** Models on the CPU through DJL and ONNX Runtime, from a directory that every TaskManager has. */
public final class DjlModelEngine implements ModelEngine {

    private static final long serialVersionUID = 1L;

    private final LazyModelStore store;
    private final int intraOpThreads;

    /** For {@code modelsDir} as in the option models.dir. */
    public DjlModelEngine(String modelsDir, int intraOpThreads) {
        this.store = new LazyModelStore(modelsDir);
        this.intraOpThreads = intraOpThreads;
    }

    @Override
    public Collection<ModelManifest> models() throws IOException {
        return store.get().manifests();
    }

    @Override
    public RowTokenizer tokenizer(String model) throws IOException {
        return DjlTokenizer.open(store.get().require(model).file(ModelManifest.TOKENIZER_FILE));
    }

    @Override
    public ModelRunner runner(String model) throws IOException {
        return DjlModelRunner.open(store.get().require(model), intraOpThreads);
    }

    @Override
    public String device() {
        return "cpu";
    }
}
