package io.millrace.chain.submit;

import java.io.IOException;
import java.io.Serializable;

/**
 * The submitter's durable memory. {@link #append} returns only when the entry survives the loss of
 * this process; only one writer is active, an older one is fenced and fails.
 */
public interface SubmissionJournal extends AutoCloseable {

    /**
     * What a start must know of all that was ever appended. It takes no longer and holds no more
     * the older the journal is: only what is not final is read.
     *
     * @throws SettlementHaltedException if an entry that counts is damaged, saying where it lies
     * @throws IOException if the journal cannot be read now
     */
    SubmissionHistory history() throws IOException, SettlementHaltedException;

    /**
     * Appends durably.
     *
     * @throws IOException if that is not certain, or a newer writer has taken over
     */
    void append(SettlementRecord entry) throws IOException;

    @Override
    void close() throws IOException;

    /** Opens the journal where the submitter runs. */
    interface Factory extends Serializable {

        /** Takes over as the only writer. */
        SubmissionJournal open() throws IOException;
    }
}
