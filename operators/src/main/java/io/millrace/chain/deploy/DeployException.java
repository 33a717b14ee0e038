package io.millrace.chain.deploy;

/** A ledger that cannot be deployed as it is wanted, and what to do about it. */
public final class DeployException extends Exception {

    private static final long serialVersionUID = 1;

    DeployException(String message) {
        super(message);
    }
}
