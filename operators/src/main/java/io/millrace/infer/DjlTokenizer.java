package io.millrace.infer;

import ai.djl.huggingface.tokenizers.Encoding;
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
        return packed(tokenizer.encode(text));
    }

    @Override
    public long[] tokens(String first, String second) {
        return packed(tokenizer.encode(first, second));
    }

    private static long[] packed(Encoding encoding) {
        long[] tokens = encoding.getIds();
        long[] types = encoding.getTypeIds();
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = RowTokenizer.token(tokens[i], types[i]);
        }
        return tokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
