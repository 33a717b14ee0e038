package io.millrace.settle.marks;

/** A completed checkpoint's records are not in the log, and never will be. */
public final class LostMarkException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Adds the remedy.
     *
     * @param lost whose records they are
     * @param fact what shows that
     */
    LostMarkException(SinkMark lost, String fact) {
        super(
                """
                checkpoint %d is complete, but what sink %s was to commit with it is lost: %s; the \
                job has ended so that nothing is settled that nobody can read: find what aborts its \
                transactions, then rebuild the state from the log and the chain with: \
                jobs/bin/millrace recover, on a cluster as jobs/RUNBOOK.md says\
                """
                        .formatted(lost.checkpoint(), lost.sink(), fact));
    }
}
