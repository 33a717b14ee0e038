package io.millrace.local.chaos.fault;

import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackFile;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Something the L2 does by itself, without being asked: over as soon as it has happened. */
final class ChainFault implements Fault {

    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final long PAUSE_MILLIS = 200;

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
        String apply(EvmSession chain) throws Exception;
    }

    @Override
    public String inject() throws Exception {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (EvmSession chain = new EvmSession(stack.rpcUrl(), stack.chainId())) {
                return act.apply(chain);
            } catch (ConnectException e) { // the fault before has killed it, and it is starting
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    @Override
    public void heal() {
        // nothing is out of order: the chain is as it says
    }
}
