package io.millrace.chain.submit.backlog;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;

/**
 * A part as it lies in the epoch log.
 *
 * @param part
 * @param loggedMillis time of its record, unix ms; 0 if it is not known
 */
public record LoggedPart(SealedPart part, long loggedMillis) {

    public LoggedPart {
        requireNonNull(part, "part is null");
    }
}
