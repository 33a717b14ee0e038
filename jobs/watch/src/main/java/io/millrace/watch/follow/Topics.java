package io.millrace.watch.follow;

/** How far the receipts and the evidence were read. Safe for use by several threads. */
public interface Topics extends AutoCloseable {

    /**
     * Whether all that was committed at the time {@code nanos}, by {@link System#nanoTime}, has
     * been read.
     */
    boolean hasReadSince(long nanos);

    /** Whether they are read, and were never at their end since the start. */
    boolean isCatchingUp();

    /** Why they are not read, empty while they are. */
    String failure();

    @Override
    void close();
}
