package io.millrace.admit;

import org.jspecify.annotations.Nullable;

/** What {@link RequestCodec} made of a record. */
sealed interface Decoded {

    /** A request of the right form; nothing else is known of it. */
    record Request(InferenceRequest request) implements Decoded {}

    /** Not a request. {@code requesterAddress} as claimed, if the record got that far. */
    record Refused(RejectReason reason, String message, @Nullable String requesterAddress)
            implements Decoded {}
}
