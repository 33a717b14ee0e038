package io.millrace.local.chaos.sign;

import static java.util.Objects.requireNonNull;

/**
 * Something that tells an operator to act.
 *
 * @param sort of sign
 * @param source the alarm's metric, or the process whose log or end it is
 * @param text the line, or the value
 * @param atNanos when it was seen, as System.nanoTime() counts
 */
public record Sign(Sort sort, String source, String text, long atNanos) {

    /** Where it is seen. */
    public enum Sort {
        /** A metric is where the runbook says that it is an alarm. */
        ALARM,
        /** A process has logged an error. */
        ERROR,
        /** The job has ended and says that it will not go on by itself. */
        REFUSAL
    }

    public Sign {
        requireNonNull(sort, "sort is null");
        requireNonNull(source, "source is null");
        requireNonNull(text, "text is null");
    }

    @Override
    public String toString() {
        return sort + " " + source + ": " + text;
    }
}
