package io.millrace.chain.submit.sim;

/** The process ended between two of its steps. */
final class SimCrash extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SimCrash() {
        super("crash", null, false, false);
    }
}
