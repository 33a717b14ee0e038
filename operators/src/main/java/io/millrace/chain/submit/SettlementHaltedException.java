package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The submitter stopped rather than guess with money. The message names the values that disagree
 * and what to do; it fails the job.
 */
public final class SettlementHaltedException extends Exception {

    /** Why it stopped. */
    public enum Reason {
        /** The node follows another chain, or the vault there is not the configured one. */
        WRONG_CHAIN(false),
        /** The signer may not settle, or cannot pay for gas. */
        SIGNER_UNFIT(false),
        /** The vault holds another header for this epoch. */
        DIVERGED(false),
        /** A settler has ended an epoch in the vault of which the log has more parts. */
        EPOCH_VOIDED(false),
        /** The vault does not hold the header that the log continues. */
        VAULT_BEHIND(false),
        /** The vault, or the journal, is further than the epoch log. */
        LOG_SHORT(false),
        /** The records of the epoch log do not follow each other. */
        LOG_BROKEN(false),
        /** The vault reverts this epoch. */
        REVERTED(false),
        /** An entry of the journal is not what was written. */
        JOURNAL_DAMAGED(false),
        /** The journal cannot be trusted to have kept an entry, or another writer took over. */
        JOURNAL_LOST(true);

        private final boolean restartHelps;

        Reason(boolean restartHelps) {
            this.restartHelps = restartHelps;
        }

        /**
         * Whether a new start may find things mended by themselves. All else would come to the same
         * end again until a person has acted, so the job is not restarted for it.
         */
        public boolean restartHelps() {
            return restartHelps;
        }
    }

    private final Reason reason;

    /** Stops with a message for the operator. */
    public SettlementHaltedException(Reason reason, String message) {
        super(reason + ": " + message);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** The same, with the fault behind it. */
    public SettlementHaltedException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason + ": " + message, cause); // the runbook is ordered by it
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** Why it stopped. */
    public Reason reason() {
        return reason;
    }
}
