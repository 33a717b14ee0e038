package io.millrace.local.stack;

/** The local stack could not start, or broke. The message says what, and what to do about it. */
public final class StackException extends RuntimeException {

    /** Message as the user reads it. */
    public StackException(String message) {
        super(message);
    }

    /** Message as the user reads it. */
    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
