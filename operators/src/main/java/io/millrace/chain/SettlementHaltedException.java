package io.millrace.chain;

import static java.util.Objects.requireNonNull;

/**
 * The submitter stopped rather than guess with money. The message names the values that disagree
 * and what to do; it fails the job.
 */
public final class SettlementHaltedException extends Exception {

    /** Why it stopped. */
    public enum Reason {
        /** The node follows another chain, or the vault is not there. */
        WRONG_CHAIN,
        /** The signer may not settle, or cannot pay for gas. */
        SIGNER_UNFIT,
        /** The vault holds another header for this epoch. */
        DIVERGED,
        /** The vault does not hold the header that the log continues. */
        VAULT_BEHIND,
        /** The records of the epoch log do not follow each other. */
        LOG_BROKEN,
        /** The vault reverts this epoch. */
        REVERTED,
        /** The journal cannot be trusted to have kept an entry, or another writer took over. */
        JOURNAL_LOST
    }

    private final Reason reason;

    /** Stops with a message for the operator. */
    public SettlementHaltedException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** The same, with the fault behind it. */
    public SettlementHaltedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** Why it stopped. */
    public Reason reason() {
        return reason;
    }
}
