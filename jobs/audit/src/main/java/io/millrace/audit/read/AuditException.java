package io.millrace.audit.read;

/** What stops an audit or a proof and is for its user to mend; the message says how. */
public class AuditException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /** With fact, value and remedy. */
    public AuditException(String message) {
        super(message);
    }
}
