package io.millrace.job;

/** When results become visible to requesters. */
public enum ResultsMode {
    /** At once, at least once, keyed by request id. */
    IMMEDIATE,
    /** In one transaction with their charge. */
    COMMITTED
}
