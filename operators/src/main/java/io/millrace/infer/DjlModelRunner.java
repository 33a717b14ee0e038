package io.millrace.infer;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.infer.device.DeviceSession;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sentence encoder in ONNX Runtime: token ids in, pooled embeddings out. Pooling is plain Java
 * over the masked tokens, in double precision: ONNX Runtime has no array operations of its own and
 * DJL would hand them to another engine.
 *
 * <p>Native memory: inputs and outputs belong to the predictor's context, which is closed with
 * every call; the session belongs to the model. Owned by the thread that opened it.
 */
final class DjlModelRunner implements ModelRunner {

    private static final String[] INPUTS = {"input_ids", "attention_mask", "token_type_ids"};
    private static final String OUTPUT = "last_hidden_state";

    private final Model model;
    private final Predictor<long[][], float[][]> predictor;

    private DjlModelRunner(Model model, Predictor<long[][], float[][]> predictor) {
        this.model = model;
        this.predictor = predictor;
    }

    static DjlModelRunner open(
            ModelStore.Stored stored, DeviceOptions options, DeviceSession.Shapes shapes)
            throws IOException {
        DjlRuntime.start();
        ModelManifest manifest = stored.manifest();
        // Tensors come from and go to the heap, so DJL's own are the CPU's on any device.
        Model model = Model.newInstance(manifest.name(), Device.cpu(), DjlRuntime.ENGINE);
        try (SessionOptions session = DeviceSession.options(options, shapes)) {
            model.load(
                    stored.directory(),
                    ModelManifest.MODEL_FILE,
                    Map.of("sessionOptions", session));
            return new DjlModelRunner(model, model.newPredictor(new Pooler(manifest)));
        } catch (MalformedModelException e) {
            model.close();
            throw new IOException(
                    stored.file(ModelManifest.MODEL_FILE) + " is not a model ONNX Runtime can load",
                    e);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    @Override
    public float[][] embed(long[][] rows) throws TranslateException {
        return predictor.predict(rows);
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }

    /** Pads rows to the longest of the batch; pools the hidden states of each row's own tokens. */
    private static final class Pooler implements Translator<long[][], float[][]> {

        private static final String ROWS = "rows";

        private final ModelManifest manifest;

        private Pooler(ModelManifest manifest) {
            this.manifest = manifest;
        }

        @Override
        public NDList processInput(TranslatorContext context, long[][] rows) {
            int longest = 0;
            for (long[] row : rows) {
                longest = Math.max(longest, row.length);
            }
            long[] ids = new long[rows.length * longest];
            long[] mask = new long[ids.length];
            for (int r = 0; r < rows.length; r++) {
                System.arraycopy(rows[r], 0, ids, r * longest, rows[r].length);
                Arrays.fill(mask, r * longest, r * longest + rows[r].length, 1);
            }
            context.setAttachment(ROWS, rows);
            NDManager manager = context.getNDManager();
            Shape shape = new Shape(rows.length, longest);
            long[][] tensors = {ids, mask, new long[ids.length]};
            NDList inputs = new NDList(tensors.length);
            for (int i = 0; i < tensors.length; i++) {
                NDArray array = manager.create(tensors[i], shape);
                array.setName(INPUTS[i]);
                inputs.add(array);
            }
            return inputs;
        }

        @Override
        public float[][] processOutput(TranslatorContext context, NDList outputs) {
            long[][] rows = (long[][]) context.getAttachment(ROWS);
            NDArray hidden = outputs.get(OUTPUT);
            int longest = (int) hidden.getShape().get(1);
            Shape expected = new Shape(rows.length, longest, manifest.dimension());
            if (!hidden.getShape().equals(expected)) {
                throw new IllegalStateException(
                        "model %s gave %s where its manifest says %s"
                                .formatted(manifest.name(), hidden.getShape(), expected));
            }
            float[] values = hidden.toFloatArray();
            float[][] embeddings = new float[rows.length][];
            for (int r = 0; r < rows.length; r++) {
                embeddings[r] = pool(values, r * longest * manifest.dimension(), rows[r].length);
            }
            return embeddings;
        }

        private float[] pool(float[] values, int from, int tokens) {
            int dimension = manifest.dimension();
            double[] pooled = manifest.pooling().of(values, from, tokens, dimension);
            double squares = 0;
            for (double component : pooled) {
                squares += component * component;
            }
            if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
                throw new IllegalStateException(
                        "the model gave no finite, non-zero embedding for a row of "
                                + tokens
                                + " tokens");
            }
            double divisor = manifest.normalize() ? Math.sqrt(squares) : 1;
            float[] embedding = new float[dimension];
            for (int d = 0; d < dimension; d++) {
                embedding[d] = (float) (pooled[d] / divisor);
            }
            return embedding;
        }

        /** Rows come as a batch already. */
        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }
    }
}
