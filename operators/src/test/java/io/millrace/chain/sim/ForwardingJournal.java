package io.millrace.chain.sim;

import io.millrace.chain.SettlementHaltedException;
import io.millrace.chain.SettlementRecord;
import io.millrace.chain.SubmissionJournal;
import java.io.IOException;
import java.util.List;

/** Does as another journal does; a mutant changes one thing. */
class ForwardingJournal implements SubmissionJournal {

    final SubmissionJournal to;

    ForwardingJournal(SubmissionJournal to) {
        this.to = to;
    }

    @Override
    public List<SettlementRecord> readAll() throws IOException, SettlementHaltedException {
        return to.readAll();
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
