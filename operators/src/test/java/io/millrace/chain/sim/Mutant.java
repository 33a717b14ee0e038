package io.millrace.chain.sim;

import io.millrace.chain.EpochLog;
import io.millrace.chain.FeePolicy;
import io.millrace.chain.SubmissionJournal;
import io.millrace.chain.VaultClient;

/**
 * One rule taken away from the submitter, from outside: what it works with is wrapped so that it
 * behaves as code without that rule would. The default takes nothing away.
 */
interface Mutant {

    /** The submitter as it is. */
    Mutant NONE = new Mutant() {};

    default VaultClient client(VaultClient it, SimProcess process) {
        return it;
    }

    default SubmissionJournal journal(SubmissionJournal it, SimProcess process) {
        return it;
    }

    default EpochLog log(EpochLog it, SimProcess process) {
        return it;
    }

    default FeePolicy fees(FeePolicy it) {
        return it;
    }

    default boolean vaultComparesAndSwaps() {
        return true;
    }
}
