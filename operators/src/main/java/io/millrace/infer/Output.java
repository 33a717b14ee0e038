package io.millrace.infer;

import java.util.Arrays;
import java.util.List;

/**
 * What a model gave for the texts of one task.
 *
 * @param list whether a list of texts was sent, and be it of one
 * @param embeddings one a text, in their order: pooled, L2-normalised float32 [dimension]; none
 *     without an answer
 */
public record Output(boolean list, List<float[]> embeddings) {

    /** Of a task that has no answer: whether it was of a list makes no difference. */
    public static final Output NONE = new Output(false, List.of());

    /** Checks and copies. */
    public Output {
        float[][] copies = new float[embeddings.size()][];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = embeddings.get(i).clone();
        }
        embeddings = List.of(copies);
        if (!list && embeddings.size() > 1) {
            throw new IllegalArgumentException(
                    embeddings.size() + " embeddings of one text, give one, or a list");
        }
    }

    /** Of one text that was no list. */
    public static Output of(float... embedding) {
        return new Output(false, List.of(embedding));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Output o
                && list == o.list
                && Arrays.deepEquals(embeddings.toArray(), o.embeddings.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(embeddings.toArray());
    }

    @Override
    public String toString() {
        return "Output[" + embeddings.size() + " embeddings" + (list ? " of a list]" : "]");
    }
}
