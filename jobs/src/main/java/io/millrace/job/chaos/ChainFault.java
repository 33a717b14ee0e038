package io.millrace.job.chaos;

import io.millrace.job.stack.EvmSession;
import io.millrace.job.stack.StackFile;

/** Something the L2 does by itself, without being asked: over as soon as it has happened. */
final class ChainFault implements Fault {

    private final StackFile stack;
    private final Act act;

    ChainFault(StackFile stack, Act act) {
        this.stack = stack;
        this.act = act;
    }

    /** What it does. */
    @FunctionalInterface
    interface Act {

        /** Returns what happened, in a few words. */
        String happen(EvmSession chain) throws Exception;
    }

    @Override
    public String strike() throws Exception {
        try (EvmSession chain = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            return act.happen(chain);
        }
    }

    @Override
    public void heal() {
        // nothing is out of order: the chain is as it says
    }
}
