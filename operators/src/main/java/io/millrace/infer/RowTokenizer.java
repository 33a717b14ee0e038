package io.millrace.infer;

/**
 * Turns a text, or two that are read together, into the tokens of one model. A token is its id in
 * the lower half of a long and its type in the upper one: what BERT and its kin are told of the
 * text it comes from, 0 of the first or only one. Used by one thread at a time.
 */
public interface RowTokenizer extends AutoCloseable {

    /** All tokens of {@code text}, special tokens included, without truncation. */
    long[] tokens(String text);

    /** The same of a pair, as the model's template joins them. */
    long[] tokens(String first, String second);

    @Override
    void close();

    /** A token. */
    static long token(long id, long type) {
        return (type << Integer.SIZE) | id;
    }

    /** What the model's vocabulary calls it. */
    static long id(long token) {
        return token & 0xffff_ffffL;
    }

    /** Which of the texts it is of, as the model counts them. */
    static long type(long token) {
        return token >>> Integer.SIZE;
    }
}
