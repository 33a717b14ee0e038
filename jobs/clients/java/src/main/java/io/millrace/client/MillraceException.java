package io.millrace.client;

/**
 * A request has no answer, for the reason that the subclass tells. Nothing is charged for it yet.
 */
public abstract class MillraceException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String requestId;

    MillraceException(String requestId, String message) {
        super(message);
        this.requestId = requestId;
    }

    /** EIP-712 digest of the request. */
    public final String requestId() {
        return requestId;
    }
}
