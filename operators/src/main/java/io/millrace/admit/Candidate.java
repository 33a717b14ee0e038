package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;

/**
 * A request that is valid by itself: signed by its requester, its model priced, its input counted.
 * Whether it is new and funded, {@link AdmitFunction} knows. Fields as in {@link Task}; {@code
 * feeNano} is what an answer costs.
 */
public record Candidate(
        String requestId,
        String requester,
        String model,
        String input,
        int units,
        long priceNanoPerMillion,
        int priceVersion,
        long feeNano,
        long deadlineMillis,
        long appendMillis,
        int topicPartition,
        long offset) {

    public Candidate {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requester, "requester is null");
        requireNonNull(model, "model is null");
        requireNonNull(input, "input is null");
        Nano.requireNotNegative(feeNano, "feeNano");
    }

    Task admitted(int account) {
        return new Task(
                requestId,
                requester,
                account,
                model,
                input,
                units,
                priceNanoPerMillion,
                priceVersion,
                feeNano,
                deadlineMillis,
                appendMillis,
                topicPartition,
                offset);
    }

    Rejection refused(RejectReason reason, String message) {
        return new Rejection(
                topicPartition, offset, appendMillis, requestId, requester, reason, message);
    }
}
