package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A refused request, as data.
 *
 * @param place where the request lies in Kafka
 * @param appendMillis its broker append time
 * @param requestId EIP-712 digest, null if the record did not decode that far
 * @param requesterAddress as claimed, or null
 * @param reason stable wire code
 * @param message what to do about it
 */
public record Rejection(
        RequestPlace place,
        long appendMillis,
        @Nullable String requestId,
        @Nullable String requesterAddress,
        RejectReason reason,
        String message) {

    public Rejection {
        requireNonNull(place, "place is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(message, "message is null");
    }
}
