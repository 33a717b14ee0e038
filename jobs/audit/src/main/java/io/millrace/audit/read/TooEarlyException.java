package io.millrace.audit.read;

/** What is asked for is not there yet, and may be in a while. */
public final class TooEarlyException extends AuditException {

    private static final long serialVersionUID = 1;

    /** With fact, value and remedy. */
    public TooEarlyException(String message) {
        super(message);
    }
}
