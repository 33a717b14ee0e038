package io.millrace.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.Models;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with ONNX Runtime used directly, one row a run, pooled in its own few lines. */
class DjlModelRunnerTest {

    private static final List<long[]> ROWS = new ArrayList<>();
    private static final List<float[]> REFERENCE = new ArrayList<>();

    private static ModelRunner runner;

    @BeforeAll
    static void open() throws Exception {
        // DJL's engine first: ONNX Runtime's environment exists once, and DJL insists on making it.
        DjlModelEngine engine = new DjlModelEngine(Models.DIRECTORY.toString(), 1);
        runner = engine.runner(Models.MINILM.id());
        try (RowTokenizer tokenizer = engine.tokenizer(Models.MINILM.id())) {
            Random random = new Random(7);
            for (int words = 1; words <= 120; words += 1 + words / 6) {
                ROWS.add(tokenizer.tokens(Models.text(random, words)));
            }
            ROWS.add(tokenizer.tokens(""));
            ROWS.add(tokenizer.tokens("mill ".repeat(254))); // the longest row the model takes
        }
        Path graph = Models.minilm().resolve(ModelManifest.MODEL_FILE);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            try (OrtSession session = environment.createSession(graph.toString(), options)) {
                for (long[] row : ROWS) {
                    REFERENCE.add(reference(environment, session, row));
                }
            }
        }
    }

    @AfterAll
    static void close() {
        runner.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16, 32})
    void embed_anyCompany_equalsReference(int batchRows) throws Exception {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < ROWS.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(batchRows));
        double worstCosine = 1;
        double worstDifference = 0;
        for (int from = 0; from < order.size(); from += batchRows) {
            List<Integer> batch = order.subList(from, Math.min(order.size(), from + batchRows));
            float[][] embeddings = runner.run(batch.stream().map(ROWS::get).toArray(long[][]::new));
            for (int i = 0; i < embeddings.length; i++) {
                float[] reference = REFERENCE.get(batch.get(i));
                double cosine = 0;
                for (int d = 0; d < reference.length; d++) {
                    cosine += embeddings[i][d] * reference[d];
                    worstDifference =
                            Math.max(worstDifference, Math.abs(embeddings[i][d] - reference[d]));
                }
                worstCosine = Math.min(worstCosine, cosine);
            }
        }
        System.out.printf(
                "batches of %d: cosine >= %.7f, largest difference %.2e%n",
                batchRows, worstCosine, worstDifference);
        assertThat(worstCosine).isGreaterThanOrEqualTo(0.9999);
        assertThat(worstDifference).isLessThan(1e-5);
    }

    @Test
    void embed_related_isCloserThanUnrelated() throws Exception {
        float[][] embeddings;
        DjlModelEngine engine = new DjlModelEngine(Models.DIRECTORY.toString(), 1);
        try (RowTokenizer tokenizer = engine.tokenizer(Models.MINILM.id())) {
            embeddings =
                    runner.run(
                            new long[][] {
                                tokenizer.tokens("A man is eating food."),
                                tokenizer.tokens("A man is eating a piece of bread."),
                                tokenizer.tokens("The stock market fell today.")
                            });
        }
        assertThat(Models.dot(embeddings[0], embeddings[1])).isGreaterThan(0.6);
        assertThat(Models.dot(embeddings[0], embeddings[2])).isLessThan(0.2);
        assertThat(Models.dot(embeddings[0], embeddings[0])).isBetween(0.99999, 1.00001);
    }

    @Test
    void embed_idOutsideVocabulary_failsAndRunnerGoesOn() throws Exception {
        assertThatThrownBy(() -> runner.run(new long[][] {{101, 1L << 30, 102}}))
                .isInstanceOf(Exception.class);
        assertThat(runner.run(new long[][] {ROWS.get(0)})[0]).hasSize(384);
    }

    private static float[] reference(OrtEnvironment environment, OrtSession session, long[] row)
            throws Exception {
        long[] ones = new long[row.length];
        Arrays.fill(ones, 1);
        long[] shape = {1, row.length};
        try (OnnxTensor ids = OnnxTensor.createTensor(environment, LongBuffer.wrap(row), shape);
                OnnxTensor mask =
                        OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
                OnnxTensor types =
                        OnnxTensor.createTensor(
                                environment, LongBuffer.wrap(new long[row.length]), shape);
                OrtSession.Result result =
                        session.run(
                                Map.of(
                                        "input_ids", ids,
                                        "attention_mask", mask,
                                        "token_type_ids", types))) {
            float[][] hidden = ((float[][][]) result.get(0).getValue())[0];
            float[] mean = new float[hidden[0].length];
            for (float[] token : hidden) {
                for (int d = 0; d < mean.length; d++) {
                    mean[d] += token[d] / hidden.length;
                }
            }
            float norm = (float) Math.sqrt(Models.dot(mean, mean));
            for (int d = 0; d < mean.length; d++) {
                mean[d] /= norm;
            }
            return mean;
        }
    }
}
