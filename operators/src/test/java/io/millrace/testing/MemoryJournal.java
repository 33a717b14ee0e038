package io.millrace.testing;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A journal that outlives the submitter under test, as a durable one outlives the process. */
public final class MemoryJournal implements SubmissionJournal {

    private final List<SettlementRecord> entries = new ArrayList<>();

    /** Set by tests: the next append fails. */
    public boolean broken;

    /** The history that {@code entries} make. */
    public static SubmissionHistory historyOf(List<SettlementRecord> entries) {
        SubmissionHistory history = new SubmissionHistory();
        for (int i = 0; i < entries.size(); i++) {
            history.add(entries.get(i), i);
        }
        return history;
    }

    /** Everything ever appended. */
    public synchronized List<SettlementRecord> readAll() {
        return List.copyOf(entries);
    }

    @Override
    public synchronized SubmissionHistory history() {
        return historyOf(entries);
    }

    @Override
    public synchronized void append(SettlementRecord entry) throws IOException {
        if (broken) {
            throw new IOException("a newer writer has taken over");
        }
        entries.add(entry);
    }

    @Override
    public void close() {}
}
