package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.EpochLog;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.fee.FeePolicy;

/**
 * One rule taken away from the submitter, from outside: what it works with is wrapped so that it
 * behaves as code without that rule would. The default takes nothing away.
 */
interface Mutant {

    /** The submitter as it is. */
    Mutant NONE = new Mutant() {};

    default VaultClient client(VaultClient client, SimProcess process) {
        return client;
    }

    default SubmissionJournal journal(SubmissionJournal journal, SimProcess process) {
        return journal;
    }

    default EpochLog log(EpochLog log, SimProcess process) {
        return log;
    }

    default FeePolicy fees(FeePolicy fees) {
        return fees;
    }

    default boolean vaultComparesAndSwaps() {
        return true;
    }
}
