package io.millrace.client;

/**
 * A request was taken and not answered, as its deadline passed or the provider failed: nothing is
 * charged.
 */
public final class RequestUnansweredException extends MillraceException {

    private static final long serialVersionUID = 1;

    private final String status;

    RequestUnansweredException(String requestId, String status, String message) {
        super(requestId, status + ": " + message);
        this.status = status;
    }

    /** {@code expired} or {@code failed}. */
    public String status() {
        return status;
    }
}
