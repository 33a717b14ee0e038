package io.millrace.settle;

import java.util.List;

/**
 * Decides whether a job may go on from the state it was given. A state that is older than the
 * ledger would seal the same charges into other epochs, so it is refused (M5), never re-processed.
 */
public final class RestoreGuard {

    private static final String REMEDY =
            "; start from the newest checkpoint or savepoint, or, if that is lost, rebuild the"
                    + " state from the log and the chain with: jobs/bin/millrace recover,"
                    + " on a cluster as jobs/RUNBOOK.md says";

    private RestoreGuard() {}

    /**
     * Returns if the state continues the ledger.
     *
     * @param restored id of the checkpoint that the state is of, 0 for an empty state
     * @param head where that state's header chain stands
     * @param sent what left with that checkpoint
     * @param recorded the end of the log
     * @throws StateRefusedException naming both and what to do, if not
     */
    public static void check(
            long restored, EpochSealer.Head head, SentMark sent, LedgerLog.Recorded recorded)
            throws StateRefusedException {
        CheckpointMark last = recorded.newest();
        String state =
                restored == 0
                        ? "the job starts with an empty state"
                        : "the job starts from " + describe(restored, head);
        String log =
                last.equals(CheckpointMark.NONE)
                        ? "the log ends with epoch "
                                + recorded.epoch()
                                + " (header "
                                + recorded.header()
                                + ")"
                        : "the ledger is recorded up to " + last;
        if (last.checkpoint() > restored || recorded.epoch() > head.epoch()) {
            throw new StateRefusedException(state + " but " + log + REMEDY);
        }
        if (isOfAnother(restored, sent.mark(), recorded)) {
            throw new StateRefusedException(
                    ("%s but another run of the job has written that checkpoint:"
                                            + " %s; stop the other job if it still runs")
                                    .formatted(state, log)
                            + REMEDY);
        }
        List<String> lacking = recorded.missing(sent);
        boolean sentNothing = sent.mark().equals(CheckpointMark.NONE);
        if (!sentNothing && !(last.equals(sent.mark()) && lacking.isEmpty())) {
            throw new StateRefusedException(
                    ("%s but what it committed is not in the log: %s%s; its Kafka transactions were"
                         + " aborted (a pause longer than kafka.transaction.timeout, or another job"
                         + " with the same kafka.transaction.prefix) or the topics were emptied")
                                    .formatted(
                                            state,
                                            log,
                                            lacking.isEmpty()
                                                    ? ""
                                                    : ", not by the sinks " + lacking)
                            + REMEDY);
        }
        if (recorded.epoch() != head.epoch() || !recorded.header().equals(head.header())) {
            throw new StateRefusedException(
                    "%s but the log ends with epoch %d (header %s), so they are not of one ledger"
                                    .formatted(state, recorded.epoch(), recorded.header())
                            + REMEDY);
        }
    }

    private static boolean isOfAnother(
            long restored, CheckpointMark sent, LedgerLog.Recorded recorded) {
        return recorded.marks().values().stream()
                .anyMatch(mark -> mark.checkpoint() == restored && !mark.equals(sent));
    }

    private static String describe(long checkpoint, EpochSealer.Head head) {
        return "checkpoint "
                + checkpoint
                + " (epoch "
                + head.epoch()
                + ", header "
                + head.header()
                + ")";
    }

    /** The job was given a state that does not continue the ledger, and would be refused again. */
    static final class StateRefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        StateRefusedException(String message) {
            super(message);
        }
    }
}
