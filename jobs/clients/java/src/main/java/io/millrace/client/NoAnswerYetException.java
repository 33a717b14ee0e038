package io.millrace.client;

import java.time.Duration;

/**
 * Neither an answer nor a refusal came in time, or Kafka did not confirm that it has the request,
 * which then is the cause. The answer may come yet, and be charged: ask {@link
 * MillraceClient#answerTo} with the same id, not anew.
 */
public final class NoAnswerYetException extends MillraceException {

    private static final long serialVersionUID = 1;

    NoAnswerYetException(String requestId, Duration waited) {
        super(requestId, "no answer to %s within %s".formatted(requestId, waited));
    }

    NoAnswerYetException(String requestId, Exception notConfirmed) {
        super(
                requestId,
                "request %s was sent, and Kafka did not confirm it: %s"
                        .formatted(requestId, notConfirmed.getMessage()));
        initCause(notConfirmed);
    }
}
