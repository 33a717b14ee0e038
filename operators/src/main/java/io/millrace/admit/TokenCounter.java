package io.millrace.admit;

import java.io.Serializable;
import java.util.Set;

/** Counts the units of a text as its model will: one per loaded model, thread-confined. */
public interface TokenCounter extends AutoCloseable {

    /** Tokens of {@code input}, special tokens included, without truncation. */
    int count(String input);

    /** Tokens of {@code input} read together with {@code query}, special tokens included. */
    int count(String query, String input);

    /** What the model is asked for. */
    ModelTask task();

    /** Largest number of tokens the model takes. */
    int maxTokens();

    @Override
    void close();

    /** Opens counters where the task runs. */
    interface Factory extends Serializable {

        /** Ids of the models whose manifest this job has loaded. */
        Set<String> models();

        /**
         * A counter for {@code model}, to be closed by the caller.
         *
         * @throws IllegalArgumentException if the model is not loaded
         */
        TokenCounter open(String model);
    }
}
