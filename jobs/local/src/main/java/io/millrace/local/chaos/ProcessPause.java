package io.millrace.local.chaos;

import io.millrace.local.stack.StackProcess;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** SIGSTOP of one process: it answers nobody, and knows nothing of the time it lost. */
final class ProcessPause implements Fault {

    private final Callable<StackProcess> victim;
    private @Nullable StackProcess paused;

    /** Of the process that {@code victim} names when it strikes. */
    ProcessPause(Callable<StackProcess> victim) {
        this.victim = victim;
    }

    @Override
    public String strike() throws Exception {
        StackProcess process = victim.call();
        paused = process;
        process.pause();
        return process.name();
    }

    @Override
    public void heal() throws Exception {
        if (paused != null && paused.isAlive()) {
            paused.resume();
        }
    }
}
