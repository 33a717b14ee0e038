package io.millrace.infer;

import io.millrace.admit.ModelTask;
import io.millrace.admit.TokenCounter;
import io.millrace.infer.store.ModelManifest;

/** Counts with the tokenizer that inference uses, so that what is paid is what is run. */
final class DjlTokenCounter implements TokenCounter {

    private final RowTokenizer tokenizer;
    private final ModelTask task;
    private final int maxTokens;

    DjlTokenCounter(RowTokenizer tokenizer, ModelManifest manifest) {
        this.tokenizer = tokenizer;
        this.task = manifest.task();
        this.maxTokens = manifest.maxTokens();
    }

    @Override
    public int count(String input) {
        return tokenizer.tokens(input).length;
    }

    @Override
    public int count(String query, String input) {
        return tokenizer.tokens(query, input).length;
    }

    @Override
    public ModelTask task() {
        return task;
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
