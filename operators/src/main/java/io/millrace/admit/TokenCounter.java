package io.millrace.admit;

import java.io.Serializable;

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

        /** Looks which models are there, and returns when that is known. */
        void look();

        /**
         * Whether requests for {@code model} can be counted here now. If they cannot it is looked
         * for meanwhile, however often this asks: it may have been put there since. Returns at
         * once.
         */
        boolean serves(String model);

        /**
         * A counter for {@code model}, to be closed by the caller.
         *
         * @throws IllegalArgumentException if it is not there, or does not open: then it is not
         *     served
         */
        TokenCounter open(String model);
    }
}
