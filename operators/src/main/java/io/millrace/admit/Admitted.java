package io.millrace.admit;

import org.jspecify.annotations.Nullable;

/**
 * What admission remembers of one admitted request until its deadline has passed and its charge has
 * come.
 *
 * @param reservedNano held for it
 * @param open its charge has not come yet
 * @param due its deadline has passed: the charge, when it comes, ends the memory
 * @param next the request admitted before it with the same deadline: a list a timer can walk
 */
public record Admitted(
        long deadlineMillis, long reservedNano, boolean open, boolean due, @Nullable String next) {

    Admitted charged() {
        return new Admitted(deadlineMillis, reservedNano, false, due, next);
    }

    Admitted pastDeadline() {
        return new Admitted(deadlineMillis, reservedNano, open, true, null);
    }
}
