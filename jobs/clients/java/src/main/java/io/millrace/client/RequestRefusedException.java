package io.millrace.client;

/** The engine refused a request: nothing is charged. */
public final class RequestRefusedException extends MillraceException {

    private static final long serialVersionUID = 1;

    private final String code;

    RequestRefusedException(String requestId, String code, String message) {
        super(requestId, code + ": " + message);
        this.code = code;
    }

    /** For programs, as in the engine's table of refusals; the message is for people. */
    public String code() {
        return code;
    }
}
