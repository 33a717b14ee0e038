package io.millrace.local.chaos;

import io.millrace.local.stack.StackProcess;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** kill -9 of one process, and a new one in its place. */
final class ProcessKill implements Fault {

    private final Callable<StackProcess> victim;
    private @Nullable StackProcess lost;

    /** Of the process that {@code victim} names when it strikes. */
    ProcessKill(Callable<StackProcess> victim) {
        this.victim = victim;
    }

    @Override
    public String strike() throws Exception {
        StackProcess process = victim.call();
        lost = process;
        process.kill();
        return process.name();
    }

    @Override
    public void heal() throws Exception {
        if (lost != null && !lost.isAlive()) {
            lost.launch(); // if it fails, it is started again like anything that ends by itself
        }
    }
}
