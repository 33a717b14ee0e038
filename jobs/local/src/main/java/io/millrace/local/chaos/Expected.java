package io.millrace.local.chaos;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.RejectReason;
import org.jspecify.annotations.Nullable;

/**
 * What must become of one record that the broker has taken.
 *
 * @param partition and offset: where it lies
 * @param requestId empty if it has none
 * @param refusal what it must be refused for, or null if it must be charged
 */
record Expected(int partition, long offset, String requestId, @Nullable RejectReason refusal) {

    Expected {
        requireNonNull(requestId, "requestId is null");
    }

    Position at() {
        return new Position(partition, offset);
    }

    /** A place on the request topic. */
    record Position(int partition, long offset) {}
}
