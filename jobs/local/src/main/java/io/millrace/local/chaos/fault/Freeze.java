package io.millrace.local.chaos.fault;

import io.millrace.local.stack.StackProcess;
import java.util.List;
import java.util.function.Supplier;

/**
 * Several processes stand still (SIGSTOP), as machines do that are moved or out of memory. They
 * know nothing of the time they lost: they go on to commit what may be gone.
 *
 * @param when returns when it is to strike
 * @param processes to stop, in this order
 */
record Freeze(When when, Supplier<List<StackProcess>> processes) implements Fault {

    /** Waits for a moment. */
    @FunctionalInterface
    interface When {

        void await() throws Exception;
    }

    @Override
    public String inject() throws Exception {
        when.await();
        for (StackProcess process : processes.get()) {
            process.pause();
        }
        return "every task";
    }

    @Override
    public void heal() throws Exception {
        for (StackProcess process : processes.get()) {
            if (process.isPaused()) {
                process.resume();
            }
        }
    }
}
