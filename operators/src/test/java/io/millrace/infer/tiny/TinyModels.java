package io.millrace.infer.tiny;

import java.util.List;
import java.util.Random;

/**
 * The graphs of tiny-classifier and tiny-reranker: an embedding of token ids modulo {@value
 * #VOCABULARY} and of token types, one head of self-attention under the mask, the first token's
 * state, a linear layer. The weights are random and never trained, so what comes out means nothing:
 * they are there so that the path of a task can be run, not so that it can be used.
 */
final class TinyModels {

    /** Ids share rows of the table, so that it is small whatever the tokenizer's vocabulary. */
    static final int VOCABULARY = 251;

    private static final int WIDTH = 16;
    private static final int TYPES = 2;

    private TinyModels() {}

    /**
     * The bytes of a model.onnx, the same on every machine.
     *
     * @param logits a row
     */
    static byte[] graph(String name, int logits, long seed) {
        return withWeights(new OnnxGraph(name), logits, new Random(seed))
                .node("Mod", "id", List.of("input_ids", "vocabulary"))
                .node("Gather", "word", List.of("words", "id"))
                .node("Gather", "type", List.of("types", "token_type_ids"))
                .node("Add", "x", List.of("word", "type"))
                .node("MatMul", "q", List.of("x", "queries"))
                .node("MatMul", "k", List.of("x", "keys"))
                .node("MatMul", "v", List.of("x", "values"))
                .node(
                        "Transpose",
                        "k_turned",
                        List.of("k"),
                        OnnxGraph.attribute("perm", List.of(0, 2, 1)))
                .node("MatMul", "raw", List.of("q", "k_turned"))
                .node("Mul", "scaled", List.of("raw", "scale"))
                .node("Cast", "mask", List.of("attention_mask"), OnnxGraph.attribute("to", 1))
                .node("Sub", "absent", List.of("mask", "one"))
                .node("Mul", "away", List.of("absent", "far"))
                .node("Unsqueeze", "away_row", List.of("away", "one_axis"))
                .node("Add", "masked", List.of("scaled", "away_row"))
                .node("Softmax", "attention", List.of("masked"), OnnxGraph.attribute("axis", 2))
                .node("MatMul", "context", List.of("attention", "v"))
                .node("Add", "both", List.of("x", "context"))
                .node("Tanh", "state", List.of("both"))
                .node("Gather", "pooled", List.of("state", "first"), OnnxGraph.attribute("axis", 1))
                .node("Gemm", "logits", List.of("pooled", "out", "bias"))
                .output("logits", logits)
                .toByteArray();
    }

    private static OnnxGraph withWeights(OnnxGraph graph, int logits, Random random) {
        return graph.input("input_ids")
                .input("attention_mask")
                .input("token_type_ids")
                .integers("vocabulary", new long[] {VOCABULARY})
                .integers("first", new long[] {0})
                .integers("one_axis", new long[] {1}, 1)
                .floats("one", new float[] {1})
                .floats("far", new float[] {10_000})
                .floats("scale", new float[] {0.25f}) // 1 / sqrt(WIDTH)
                .floats("words", weights(random, VOCABULARY * WIDTH, 1), VOCABULARY, WIDTH)
                .floats("types", weights(random, TYPES * WIDTH, 1), TYPES, WIDTH)
                .floats("queries", weights(random, WIDTH * WIDTH, 0.5f), WIDTH, WIDTH)
                .floats("keys", weights(random, WIDTH * WIDTH, 0.5f), WIDTH, WIDTH)
                .floats("values", weights(random, WIDTH * WIDTH, 0.5f), WIDTH, WIDTH)
                .floats("out", weights(random, WIDTH * logits, 1), WIDTH, logits)
                .floats("bias", weights(random, logits, 1), logits);
    }

    private static float[] weights(Random random, int count, float size) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = size * (2 * random.nextFloat() - 1);
        }
        return weights;
    }
}
