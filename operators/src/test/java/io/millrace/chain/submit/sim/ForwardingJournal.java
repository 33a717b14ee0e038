package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import java.io.IOException;

/** Does as another journal does; a mutant changes one thing. */
class ForwardingJournal implements SubmissionJournal {

    final SubmissionJournal to;

    ForwardingJournal(SubmissionJournal to) {
        this.to = to;
    }

    @Override
    public SubmissionHistory history() throws IOException, SettlementHaltedException {
        return to.history();
    }

    @Override
    public void append(SettlementRecord entry) throws IOException {
        to.append(entry);
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}
