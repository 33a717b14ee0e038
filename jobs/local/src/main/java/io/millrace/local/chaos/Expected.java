package io.millrace.local.chaos;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import org.jspecify.annotations.Nullable;

/**
 * What must become of one record that the broker has taken.
 *
 * @param place where it lies
 * @param requestId empty if it has none
 * @param refusal what it must be refused for, or null if it must be charged
 */
record Expected(RequestPlace place, String requestId, @Nullable RejectReason refusal) {

    Expected {
        requireNonNull(place, "place is null");
        requireNonNull(requestId, "requestId is null");
    }
}
