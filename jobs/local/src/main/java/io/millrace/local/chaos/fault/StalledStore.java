package io.millrace.local.chaos.fault;

import io.millrace.local.chaos.store.CheckpointStore;

/**
 * Checkpoints get nowhere: whoever reads or writes one waits, as for a store behind a network that
 * is gone. Transactions grow old, the job fails over them or over its checkpoints, and it cannot
 * begin again from the last one as long as nobody can read it.
 *
 * @param when returns when it is to strike
 */
record StalledStore(Freeze.When when, CheckpointStore store) implements Fault {

    @Override
    public String inject() throws Exception {
        when.await();
        store.stall();
        return "checkpoints";
    }

    @Override
    public void heal() throws Exception {
        store.goOn();
    }
}
