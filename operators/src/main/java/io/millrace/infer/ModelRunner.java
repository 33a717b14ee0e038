package io.millrace.infer;

/** One loaded model on one device. Opened, used and closed by one thread. */
public interface ModelRunner extends AutoCloseable {

    /**
     * Embeddings of {@code rows}, in their order, each of the model's dimension. A row's embedding
     * does not depend on its company beyond float rounding.
     *
     * @param rows token ids, special tokens included, not padded
     * @throws Exception if any row fails; then none has a result
     */
    float[][] embed(long[][] rows) throws Exception;

    @Override
    void close();
}
