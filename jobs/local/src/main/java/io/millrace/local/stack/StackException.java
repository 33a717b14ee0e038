package io.millrace.local.stack;

/** The local stack could not start, or broke. The message says what, and what to do about it. */
public sealed class StackException extends RuntimeException {

    /** Message as the user reads it. */
    public StackException(String message) {
        super(message);
    }

    /** Message as the user reads it. */
    public StackException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Flink gave no answer in time: it may be busy, or gone. */
    public static final class NoAnswer extends StackException {

        NoAnswer(String message) {
            super(message);
        }
    }

    /** The job has ended, and nothing else: what it runs on is up. */
    public static final class JobFailed extends StackException {

        /** With the reason in the message. */
        public JobFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Flink answered, and does not do what was asked. */
    static final class Refused extends StackException {

        Refused(String message) {
            super(message);
        }
    }
}
