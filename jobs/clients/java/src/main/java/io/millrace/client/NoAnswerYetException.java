package io.millrace.client;

import java.time.Duration;

/**
 * Neither an answer nor a refusal came in time. It may come yet, and be charged: ask {@link
 * MillraceClient#answerTo} with the same id, not anew.
 */
public final class NoAnswerYetException extends MillraceException {

    private static final long serialVersionUID = 1;

    NoAnswerYetException(String requestId, Duration waited) {
        super(requestId, "no answer to %s within %s".formatted(requestId, waited));
    }
}
