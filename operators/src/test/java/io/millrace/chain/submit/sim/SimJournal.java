package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.testing.MemoryJournal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The journal that outlives every process. Only the newest writer may append. */
final class SimJournal {

    final List<SettlementRecord> entries = new ArrayList<>();
    private int writers;

    /** Takes over: whoever wrote before is fenced. */
    SubmissionJournal open(SimProcess process) {
        int writer = ++writers;
        return new SubmissionJournal() {
            @Override
            public SubmissionHistory history() {
                return MemoryJournal.historyOf(entries);
            }

            @Override
            public void append(SettlementRecord entry) throws IOException {
                process.mayCrash();
                if (writer != writers) {
                    throw new IOException("a newer writer has taken over");
                }
                double fate = process.world.faults.chance();
                if (fate < process.world.faults.journalLoses) {
                    throw new IOException("no answer from the broker");
                }
                store(process, entry);
                if (fate > 1 - process.world.faults.journalLoses) {
                    throw new IOException("no answer from the broker"); // yet it is stored
                }
                process.mayCrash();
            }

            @Override
            public void close() {}
        };
    }

    /** Writes past the fence: what a mutant does. */
    void store(SimProcess process, SettlementRecord entry) {
        process.world.oracle.appended(process, entry);
        entries.add(entry);
        process.world.trace(
                () ->
                        process.name
                                + " journals "
                                + entry.state()
                                + " epoch "
                                + entry.epoch()
                                + " nonce "
                                + entry.nonce()
                                + " fee "
                                + entry.maxFeePerGasWei());
    }

    /** Whether {@code process} would be let in. */
    boolean isNewest(int writer) {
        return writer == writers;
    }

    int writers() {
        return writers;
    }
}
