package io.millrace.admit;

/** What {@link RequestValidator} says of a record. */
sealed interface Verdict {

    /** Valid by itself. */
    record Valid(Candidate candidate) implements Verdict {}

    /** Refused, and why. */
    record Refused(Rejection rejection) implements Verdict {}
}
