package io.millrace.infer;

/** Turns a text into the token ids of one model. Used by one thread at a time. */
public interface RowTokenizer extends AutoCloseable {

    /** Ids of all tokens of {@code text}, special tokens included, without truncation. */
    long[] tokens(String text);

    @Override
    void close();
}
