package io.millrace.watch;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * What is held against one statement, or against what an epoch credits one account with, and how
 * far it has come.
 *
 * @param id by which it is known for ever: the same fault found again is the same case
 * @param account spending account, or earning account of {@link Action#PROVE_UNDERPAID}
 * @param what of a challenge, as the tribunal has it; of {@link Action#PROVE_UNDERPAID} how many
 *     calls come before the one that proves it; of another proof the position of its leaf
 * @param debitNano of the statement, or what is shown that the account has earned
 * @param why in words
 * @param block the newest when it was begun: its events come later
 */
public record Case(
        String id,
        Action action,
        long epoch,
        long part,
        long account,
        long what,
        BigInteger debitNano,
        String why,
        State state,
        long block) {

    public Case {
        requireNonNull(id, "id is null");
        requireNonNull(action, "action is null");
        requireNonNull(debitNano, "debitNano is null");
        requireNonNull(why, "why is null");
        requireNonNull(state, "state is null");
    }

    /** What the tribunal is asked for. */
    public enum Action {
        PROVE_LEAF,
        PROVE_REQUEST,
        PROVE_PAIR,
        /** For an earning account; the others are for a spending one. */
        PROVE_UNDERPAID,
        CHALLENGE_STATEMENT,
        CHALLENGE_LEAF;

        /** Whether it is decided at once. */
        public boolean isProof() {
            return this != CHALLENGE_STATEMENT && this != CHALLENGE_LEAF;
        }
    }

    /** How far it has come. */
    public enum State {
        /** Nothing was sent yet. */
        FOUND(false),
        /** A proof or a challenge is on its way. */
        SENT(false),
        /** The settler may answer. */
        CHALLENGED(false),
        /** Nobody has answered in time. */
        CONCLUDING(false),
        /** The statement is compensated. */
        COMPENSATED(true),
        /** The settler has shown what was asked. */
        ANSWERED(true),
        /** The tribunal sees no fault, or takes no challenge. */
        REFUSED(true),
        /** Nobody can answer for it any more. */
        TOO_LATE(true);

        private final boolean end;

        State(boolean end) {
            this.end = end;
        }

        /** Whether nothing more will happen. */
        public boolean isEnd() {
            return end;
        }
    }

    /** The same case, further on. */
    public Case in(State next) {
        return new Case(id, action, epoch, part, account, what, debitNano, why, next, block);
    }

    /** Whether its account is an earning account. */
    public boolean concernsEarner() {
        return action == Action.PROVE_UNDERPAID;
    }

    /** For messages. */
    public String name() {
        return "epoch %d part %d %s %d, %s nano-USD"
                .formatted(
                        epoch, part, concernsEarner() ? "earner" : "account", account, debitNano);
    }
}
