package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.device.DeviceSession;
import io.millrace.infer.device.NumericClass;
import io.millrace.infer.store.ModelManifest;
import io.millrace.infer.store.ModelStore;
import io.millrace.infer.store.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Models through DJL and ONNX Runtime, from a directory that every TaskManager has, on the CPU or a
 * GPU.
 */
public final class DjlModelEngine implements ModelEngine {

    private static final long serialVersionUID = 3L;

    private final String modelsDir;
    private transient @Nullable ModelStore store;
    private final DeviceOptions options;
    private final int maxBatchRows;
    private final int maxBatchTokens;

    /** As the job's options say. */
    DjlModelEngine(InferOptions options) {
        this(
                options.modelsDir(),
                options.device(),
                options.maxBatchRows(),
                options.maxBatchTokens());
    }

    /** On the CPU, for {@code modelsDir} as in the option models.dir. */
    public DjlModelEngine(String modelsDir, int intraOpThreads) {
        this(modelsDir, DeviceOptions.cpu(intraOpThreads), 1, 1);
    }

    private DjlModelEngine(
            String modelsDir, DeviceOptions options, int maxBatchRows, int maxBatchTokens) {
        this.modelsDir = requireNonNull(modelsDir, "modelsDir is null");
        this.options = options;
        this.maxBatchRows = maxBatchRows;
        this.maxBatchTokens = maxBatchTokens;
    }

    @Override
    public DjlModelEngine placed(int subtask, List<Integer> gpus) {
        return new DjlModelEngine(
                modelsDir, options.placed(subtask, gpus), maxBatchRows, maxBatchTokens);
    }

    @Override
    public Collection<ModelManifest> models() throws IOException {
        return store().look();
    }

    @Override
    public @Nullable ModelManifest find(String model) {
        StoredModel stored = store().find(model);
        return stored == null ? null : stored.manifest();
    }

    @Override
    public void refuse(String model, Throwable cause) {
        store().refuse(model, cause);
    }

    @Override
    public int refused() {
        return store().refused();
    }

    private ModelStore store() {
        ModelStore found = store;
        if (found == null) {
            found = ModelStore.of(Path.of(modelsDir));
            store = found;
        }
        return found;
    }

    @Override
    public RowTokenizer tokenizer(String model) throws IOException {
        return DjlTokenizer.open(store().require(model).file(ModelManifest.TOKENIZER_FILE));
    }

    @Override
    public ModelRunner runner(String model) throws IOException {
        StoredModel stored = store().require(model);
        stored.verify(); // it may be long since it was found
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
