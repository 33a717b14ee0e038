package io.millrace.watch.act;

import java.math.BigInteger;

/** What has happened before the tribunal. */
public sealed interface TribunalEvent {

    /**
     * Where it is logged.
     *
     * @param transaction whose input {@link ShownLeaves} reads
     */
    record Place(long block, String transaction, long log) {}

    /** In which block and transaction. */
    Place at();

    /**
     * Somebody demands to be shown something.
     *
     * @param challenge its id
     * @param what a {@link Kind#position}, or the sum demanded of the account's leaves
     * @param deadlineSeconds unix time
     */
    record Challenged(
            Place at,
            long epoch,
            long account,
            String challenge,
            String challenger,
            long part,
            Kind kind,
            long what,
            long deadlineSeconds)
            implements TribunalEvent {

        /** For messages. */
        public String name() {
            String about =
                    kind == Kind.STATEMENT
                            ? what + " nano-USD"
                            : "shard %d index %d".formatted(Kind.shardOf(what), Kind.indexOf(what));
            return "challenge %s of epoch %d part %d, account %d, %s"
                    .formatted(challenge.substring(0, 10), epoch, part, account, about);
        }
    }

    /** Somebody has shown it. */
    record Answered(Place at, String challenge, String by, boolean inTime)
            implements TribunalEvent {}

    /** First and last position of the account's leaves. */
    record StatementAnswered(Place at, String challenge, long first, long last)
            implements TribunalEvent {}

    /** Nobody has. */
    record Concluded(Place at, String challenge, String by, boolean compensated)
            implements TribunalEvent {}

    /** A statement is compensated; the fault is named as in ITribunal.Fault. */
    record FaultProven(
            Place at,
            long epoch,
            long account,
            String challenger,
            long part,
            String fault,
            BigInteger debitNano,
            BigInteger victimNano)
            implements TribunalEvent {}

    /** An earning account is compensated for what an epoch did not credit it with. */
    record UnderpaymentProven(
            Place at,
            long epoch,
            long account,
            String challenger,
            long part,
            BigInteger earnedNano,
            BigInteger creditedNano,
            BigInteger earnerNano)
            implements TribunalEvent {}
}
