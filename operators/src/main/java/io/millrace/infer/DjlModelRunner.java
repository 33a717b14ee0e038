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
import io.millrace.infer.store.ModelManifest;
import io.millrace.infer.store.StoredModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transformer encoder in ONNX Runtime: tokens in, pooled embeddings or a classifier's scores out.
 * Pooling and activation are plain Java, in double precision: ONNX Runtime has no array operations
 * of its own and DJL would hand them to another engine.
 *
 * <p>Native memory: inputs and outputs belong to the predictor's context, which is closed with
 * every call; the session belongs to the model. Owned by the thread that opened it.
 */
final class DjlModelRunner implements ModelRunner {

    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String TYPES = "token_type_ids";

    private final Model model;
    private final Predictor<long[][], float[][]> predictor;

    private DjlModelRunner(Model model, Predictor<long[][], float[][]> predictor) {
        this.model = model;
        this.predictor = predictor;
    }

    static DjlModelRunner open(
            StoredModel stored, DeviceOptions options, DeviceSession.Shapes shapes)
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
            List<String> inputs = inputs(model, manifest);
            Rows rows =
                    manifest.head() instanceof ModelManifest.Embedding embedding
                            ? new Pooler(manifest.name(), inputs, embedding)
                            : new Classifier(
                                    manifest.name(),
                                    inputs,
                                    (ModelManifest.Scores) manifest.head());
            return new DjlModelRunner(model, model.newPredictor(rows));
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

    /** What the graph asks for: RoBERTa and its kin have no token types. */
    private static List<String> inputs(Model model, ModelManifest manifest) {
        List<String> inputs = model.describeInput().keys();
        if (!inputs.contains(IDS) || !Set.of(IDS, MASK, TYPES).containsAll(inputs)) {
            throw new IllegalArgumentException(
                    ("the graph of model %s has the inputs %s: %s is needed, and %s and %s are all"
                                    + " that may be there besides")
                            .formatted(manifest.name(), inputs, IDS, MASK, TYPES));
        }
        return inputs;
    }

    @Override
    public float[][] run(long[][] rows) throws TranslateException {
        return predictor.predict(rows);
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }

    /** Pads rows to the longest of the batch; reads what the graph gives for each. */
    private abstract static class Rows implements Translator<long[][], float[][]> {

        private static final String ROWS = "rows";

        private final String model;
        private final List<String> inputs;
        private final String output;

        private Rows(String model, List<String> inputs, String output) {
            this.model = model;
            this.inputs = inputs;
            this.output = output;
        }

        @Override
        public NDList processInput(TranslatorContext context, long[][] rows) {
            int longest = longest(rows);
            long[] ids = new long[rows.length * longest];
            long[] mask = new long[ids.length];
            long[] types = new long[ids.length];
            for (int r = 0; r < rows.length; r++) {
                int at = r * longest;
                for (long token : rows[r]) {
                    ids[at] = RowTokenizer.id(token);
                    types[at++] = RowTokenizer.type(token);
                }
                Arrays.fill(mask, r * longest, at, 1);
            }
            context.setAttachment(ROWS, rows);
            NDManager manager = context.getNDManager();
            Shape shape = new Shape(rows.length, longest);
            NDList tensors = new NDList(inputs.size());
            for (String input : inputs) {
                long[] values = input.equals(IDS) ? ids : input.equals(MASK) ? mask : types;
                NDArray tensor = manager.create(values, shape);
                tensor.setName(input);
                tensors.add(tensor);
            }
            return tensors;
        }

        @Override
        public float[][] processOutput(TranslatorContext context, NDList outputs) {
            long[][] rows = (long[][]) context.getAttachment(ROWS);
            NDArray given = outputs.get(output);
            if (given == null) {
                throw new IllegalStateException(
                        "model %s gives no %s; export it for its task".formatted(model, output));
            }
            Shape expected = shape(rows.length, longest(rows));
            if (!given.getShape().equals(expected)) {
                throw new IllegalStateException(
                        "model %s gave %s of the shape %s where its manifest says %s"
                                .formatted(model, output, given.getShape(), expected));
            }
            float[] values = given.toFloatArray();
            float[][] vectors = new float[rows.length][];
            for (int r = 0; r < rows.length; r++) {
                vectors[r] = vector(values, r * (values.length / rows.length), rows[r].length);
            }
            return vectors;
        }

        /** What the graph gives for a batch, if it is as the manifest says. */
        abstract Shape shape(int rows, int longest);

        /** Of the row whose part of {@code values} begins at {@code from}. */
        abstract float[] vector(float[] values, int from, int tokens);

        private static int longest(long[][] rows) {
            int longest = 0;
            for (long[] row : rows) {
                longest = Math.max(longest, row.length);
            }
            return longest;
        }

        /** Rows come as a batch already. */
        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }
    }

    /** Pools the hidden states of each row's own tokens. */
    private static final class Pooler extends Rows {

        private final ModelManifest.Embedding head;

        private Pooler(String model, List<String> inputs, ModelManifest.Embedding head) {
            super(model, inputs, "last_hidden_state");
            this.head = head;
        }

        @Override
        Shape shape(int rows, int longest) {
            return new Shape(rows, longest, head.dimension());
        }

        @Override
        float[] vector(float[] values, int from, int tokens) {
            int dimension = head.dimension();
            double[] pooled = head.pooling().of(values, from, tokens, dimension);
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
            double divisor = head.normalize() ? Math.sqrt(squares) : 1;
            float[] embedding = new float[dimension];
            for (int d = 0; d < dimension; d++) {
                embedding[d] = (float) (pooled[d] / divisor);
            }
            return embedding;
        }
    }

    /** Makes scores of the logits of each row. */
    private static final class Classifier extends Rows {

        private final ModelManifest.Scores head;

        private Classifier(String model, List<String> inputs, ModelManifest.Scores head) {
            super(model, inputs, "logits");
            this.head = head;
        }

        @Override
        Shape shape(int rows, int longest) {
            return new Shape(rows, head.width());
        }

        @Override
        float[] vector(float[] values, int from, int tokens) {
            double[] logits = new double[head.width()];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = values[from + i];
                if (!Double.isFinite(logits[i])) {
                    throw new IllegalStateException(
                            "the model gave the logit %s for a row of %d tokens"
                                    .formatted(logits[i], tokens));
                }
            }
            double[] scores = head.activation().of(logits);
            float[] vector = new float[scores.length];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) scores[i];
            }
            return vector;
        }
    }
}
