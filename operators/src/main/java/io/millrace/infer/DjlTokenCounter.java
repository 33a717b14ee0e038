package io.millrace.infer;

import io.millrace.admit.TokenCounter;

/** Counts with the tokenizer that inference uses, so that what is paid is what is run. */
final class DjlTokenCounter implements TokenCounter {

    private final RowTokenizer tokenizer;
    private final int maxTokens;

    DjlTokenCounter(RowTokenizer tokenizer, int maxTokens) {
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
    }

    @Override
    public int count(String input) {
        return tokenizer.tokens(input).length;
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
