package io.millrace.admit;

import static java.util.Objects.requireNonNull;

/**
 * An admitted request: validated, funded, its fee reserved. Exactly one charge follows it (M1).
 *
 * @param terms what was fixed at admission
 * @param input text
 * @param deadlineMillis unix ms after which no answer is wanted
 */
public record Task(Terms terms, String input, long deadlineMillis) {

    public Task {
        requireNonNull(terms, "terms is null");
        requireNonNull(input, "input is null");
    }
}
