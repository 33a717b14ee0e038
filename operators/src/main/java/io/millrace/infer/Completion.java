package io.millrace.infer;

/**
 * Learns how a submitted row ended. Exactly one method is called, once, on any thread: it hands
 * over and returns, and does not throw.
 */
interface Completion {

    /** With what the model gave. */
    void answered(float[] vector, BatchShare share);

    /** Its deadline passed before a batch took it. */
    void expired();

    /** The model fails on this row, alone, while it still answers others. */
    void failed(String detail);

    /** The engine fails on every row: the row is not to blame and was not answered. */
    void broken(Throwable cause);

    /** Its own lease was closed before a batch took it. */
    void cancelled();
}
