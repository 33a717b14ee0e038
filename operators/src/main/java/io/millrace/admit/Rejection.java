package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A refused request, as data.
 *
 * @param topicPartition and offset: where the request lies in Kafka
 * @param appendMillis its broker append time
 * @param requestId EIP-712 digest, null if the record did not decode that far
 * @param requester as claimed, or null
 * @param reason stable wire code
 * @param message what to do about it
 */
public record Rejection(
        int topicPartition,
        long offset,
        long appendMillis,
        @Nullable String requestId,
        @Nullable String requester,
        RejectReason reason,
        String message) {

    public Rejection {
        requireNonNull(reason, "reason is null");
        requireNonNull(message, "message is null");
    }
}
