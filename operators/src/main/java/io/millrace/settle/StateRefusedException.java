package io.millrace.settle;

/** The job was given a state that does not continue the ledger, and would be refused again. */
public final class StateRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Says what the state is, what is recorded and what to do. */
    public StateRefusedException(String message) {
        super(message);
    }
}
