package io.millrace.admit;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.util.List;

/**
 * An admitted request: validated, funded, its fee reserved. Exactly one charge follows it (M1).
 *
 * @param terms what was fixed at admission
 * @param input text; empty if a list of texts was sent
 * @param inputs that list; empty if one text was sent, as in every state that was written before
 *     there were lists
 * @param query what the texts are ranked by; empty if the model's task takes none, as in every
 *     state that was written before there were tasks
 * @param deadlineMillis unix ms after which no answer is wanted
 */
public record Task(
        Terms terms, String input, List<String> inputs, String query, long deadlineMillis) {

    public Task {
        requireNonNull(terms, "terms is null");
        requireNonNull(input, "input is null");
        inputs = List.copyOf(requireNonNullElse(inputs, List.of())); // null out of an old state
        query = requireNonNullElse(query, "");
    }

    /** Whether a list of texts was sent, and be it of one. */
    public boolean isList() {
        return !inputs.isEmpty();
    }

    /** What is asked for: the list, or the one text. */
    public List<String> texts() {
        return isList() ? inputs : List.of(input);
    }
}
