package io.millrace.infer;

/** How an admitted task ended. */
public enum OutcomeStatus {
    /** With an answer: it is charged. */
    ANSWERED(1),
    /** Its deadline passed before a batch took it: charged zero. */
    EXPIRED(2),
    /** The model failed on this row: charged zero. */
    FAILED(3);

    private final int code;

    OutcomeStatus(int code) {
        this.code = code;
    }

    /** Stable number, signed by providers. */
    public int code() {
        return code;
    }
}
