package io.millrace.job.recover;

/** The ledger's records do not fit together, so no state is rebuilt from them. */
public final class RecoverException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what differs, both values and what to do. */
    public RecoverException(String message) {
        super(message);
    }
}
