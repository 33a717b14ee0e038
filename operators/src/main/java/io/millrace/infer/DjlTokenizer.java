package io.millrace.infer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The model's own tokenizer. Padding and truncation that its file asks for are switched off: units
 * are what the text has, and batches pad to their own longest row.
 */
final class DjlTokenizer implements RowTokenizer {

    private final HuggingFaceTokenizer tokenizer;

    private DjlTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static DjlTokenizer open(Path tokenizerFile) throws IOException {
        DjlRuntime.start();
        return new DjlTokenizer(
                HuggingFaceTokenizer.builder()
                        .optTokenizerPath(tokenizerFile)
                        .optAddSpecialTokens(true)
                        .optPadding(false)
                        .optTruncation(false)
                        .build());
    }

    @Override
    public long[] tokens(String text) {
        return tokenizer.encode(text).getIds();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
