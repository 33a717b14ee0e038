package io.millrace.infer;

import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.device.DeviceSession;
import io.millrace.infer.device.NumericClass;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Models through DJL and ONNX Runtime, from a directory that every TaskManager has, on the CPU or a
 * GPU.
 */
public final class DjlModelEngine implements ModelEngine {

    private static final long serialVersionUID = 2L;

    private final LazyModelStore store;
    private final DeviceOptions options;
    private final int maxBatchRows;
    private final int maxBatchTokens;

    /** As the job's options say. */
    DjlModelEngine(InferOptions options) {
        this(
                new LazyModelStore(options.modelsDir()),
                options.device(),
                options.maxBatchRows(),
                options.maxBatchTokens());
    }

    /** On the CPU, for {@code modelsDir} as in the option models.dir. */
    public DjlModelEngine(String modelsDir, int intraOpThreads) {
        this(new LazyModelStore(modelsDir), DeviceOptions.cpu(intraOpThreads), 1, 1);
    }

    private DjlModelEngine(
            LazyModelStore store, DeviceOptions options, int maxBatchRows, int maxBatchTokens) {
        this.store = store;
        this.options = options;
        this.maxBatchRows = maxBatchRows;
        this.maxBatchTokens = maxBatchTokens;
    }

    @Override
    public DjlModelEngine placed(int subtask, List<Integer> gpus) {
        return new DjlModelEngine(
                store, options.placed(subtask, gpus), maxBatchRows, maxBatchTokens);
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
        ModelStore.Stored stored = store.get().require(model);
        ModelManifest manifest = stored.manifest();
        return DjlModelRunner.open(
                stored,
                options,
                new DeviceSession.Shapes(
                        manifest.name(), maxBatchRows, manifest.maxTokens(), maxBatchTokens));
    }

    @Override
    public String device() {
        return options.device().toString();
    }

    @Override
    public NumericClass numericClass() throws IOException {
        DjlRuntime.start();
        return NumericClass.of(options.device());
    }
}
