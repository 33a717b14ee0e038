package io.millrace.local.stack;

import io.millrace.infer.ModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.device.NumericClass;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.FakeModelEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An engine whose model does not come back from the batch with the word {@value #WORD}, as a driver
 * may, and takes no notice of interrupts. It does so once: while a file stands that it takes away.
 */
final class HangingModelEngine implements ModelEngine {

    /** In the batch that hangs. */
    static final String WORD = "hang";

    private static final long serialVersionUID = 1L;

    private final FakeModelEngine inside = new FakeModelEngine("hanging");
    private final String file;

    HangingModelEngine(Path file) {
        this.file = file.toString();
    }

    @Override
    public ModelEngine placed(int subtask, List<Integer> gpus) {
        return this;
    }

    @Override
    public Collection<ModelManifest> models() {
        return inside.models();
    }

    @Override
    public @Nullable ModelManifest find(String model) {
        return inside.find(model);
    }

    @Override
    public void refuse(String model, Throwable cause) {
        inside.refuse(model, cause);
    }

    @Override
    public int refused() {
        return inside.refused();
    }

    @Override
    public RowTokenizer tokenizer(String model) {
        return inside.tokenizer(model);
    }

    @Override
    public ModelRunner runner(String model) {
        return new HangingRunner(inside.runner(model), Path.of(file));
    }

    @Override
    public String device() {
        return inside.device();
    }

    @Override
    public NumericClass numericClass() {
        return inside.numericClass();
    }

    private record HangingRunner(ModelRunner inside, Path file) implements ModelRunner {

        @Override
        public float[][] run(long[][] rows) throws Exception {
            if (Arrays.stream(rows).anyMatch(HangingRunner::hangs)) {
                hangOnce();
            }
            return inside.run(rows);
        }

        private static boolean hangs(long[] row) {
            return Arrays.stream(row).anyMatch(token -> token == FakeModelEngine.token(WORD));
        }

        private void hangOnce() throws IOException {
            boolean hangs = Files.deleteIfExists(file);
            while (hangs) {
                LockSupport.park();
                boolean unused = Thread.interrupted(); // or park would no longer wait
            }
        }

        @Override
        public void close() {
            inside.close();
        }
    }
}
