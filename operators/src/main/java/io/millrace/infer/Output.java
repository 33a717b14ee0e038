package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.ModelTask;
import java.util.Arrays;
import java.util.List;

/**
 * What a model gave for the texts of one task.
 *
 * @param list whether a list of texts was sent, and be it of one
 * @param task of the model
 * @param labels of the scores of a classification, in their order; none of other tasks
 * @param vectors one a text, in their order, float32: an embedding [dimension], scores [labels], or
 *     the one score of a re-ranking [1]; none without an answer
 */
public record Output(boolean list, ModelTask task, List<String> labels, List<float[]> vectors) {

    /** Of a task that has no answer: whether it was of a list, and of what, makes no difference. */
    public static final Output NONE = embeddings(false, List.of());

    /** Checks and copies. */
    public Output {
        requireNonNull(task, "task is null");
        labels = List.copyOf(labels);
        float[][] copies = new float[vectors.size()][];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = vectors.get(i).clone();
            if (task == ModelTask.CLASSIFICATION && copies[i].length != labels.size()) {
                throw new IllegalArgumentException(
                        "%d scores for the labels %s".formatted(copies[i].length, labels));
            }
        }
        vectors = List.of(copies);
        if (!list && vectors.size() > 1) {
            throw new IllegalArgumentException(
                    vectors.size() + " vectors of one text, give one, or a list");
        }
    }

    /** Of an embedding model. */
    public static Output embeddings(boolean list, List<float[]> vectors) {
        return new Output(list, ModelTask.EMBEDDING, List.of(), vectors);
    }

    /** Of one text that was no list. */
    public static Output of(float... embedding) {
        return embeddings(false, List.of(embedding));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Output o
                && list == o.list
                && task == o.task
                && labels.equals(o.labels)
                && Arrays.deepEquals(vectors.toArray(), o.vectors.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(vectors.toArray());
    }

    @Override
    public String toString() {
        return "Output[%d vectors of %s%s]"
                .formatted(vectors.size(), task.wireName(), list ? ", a list" : "");
    }
}
