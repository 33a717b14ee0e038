package io.millrace.infer;

/** One loaded model on one device. Opened, used and closed by one thread. */
public interface ModelRunner extends AutoCloseable {

    /**
     * What the model gives for {@code rows}, in their order: embeddings, or scores, each of the
     * manifest's width. A row's vector does not depend on its company beyond float rounding.
     *
     * @param rows tokens as {@link RowTokenizer} packs them, special ones included, not padded
     * @throws Exception if any row fails; then none has a result
     */
    float[][] run(long[][] rows) throws Exception;

    @Override
    void close();
}
