package io.millrace.watch.act.send;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * What is known of a wished transaction.
 *
 * @param hash of the transaction that was mined, or was sent last; empty if none was
 * @param block that holds it, 0 while none does
 * @param isFinal whether no reorganisation can undo it any more
 * @param reason why nothing was sent, empty else
 */
public record Outcome(
        State state,
        String hash,
        long block,
        long gasUsed,
        BigInteger feeWei,
        boolean isFinal,
        String reason) {

    /** Whether it was sent, and what came of it. */
    public enum State {
        /** Journalled and sent, and in no block. */
        PENDING,
        /** In a block, and done. */
        DONE,
        /** In a block, and reverted. */
        REVERTED,
        /** Not sent: it would revert. */
        REFUSED,
        /** Not sent: it needs more gas than one transaction may. */
        TOO_LARGE,
        /** Not sent: the budget or the balance does not cover it. */
        OVER_BUDGET
    }

    /** None is absent. */
    public Outcome {
        requireNonNull(state, "state is null");
        requireNonNull(hash, "hash is null");
        requireNonNull(reason, "reason is null");
    }

    static Outcome unsent(State state, String reason) {
        return new Outcome(state, "", 0, 0, BigInteger.ZERO, false, reason);
    }

    static Outcome pending(String hash) {
        return new Outcome(State.PENDING, hash, 0, 0, BigInteger.ZERO, false, "");
    }

    /** Whether it was sent. */
    public boolean isSent() {
        return state == State.PENDING || state == State.DONE || state == State.REVERTED;
    }
}
