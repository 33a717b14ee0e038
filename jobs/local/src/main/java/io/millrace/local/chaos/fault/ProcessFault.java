package io.millrace.local.chaos.fault;

import io.millrace.local.stack.StackProcess;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One process hit, and later set right. */
final class ProcessFault implements Fault {

    private final Callable<StackProcess> victim;
    private final Act inject;
    private final Act heal;
    private @Nullable StackProcess hit;

    private ProcessFault(Callable<StackProcess> victim, Act inject, Act heal) {
        this.victim = victim;
        this.inject = inject;
        this.heal = heal;
    }

    /** What is done to a process. */
    @FunctionalInterface
    private interface Act {
        void to(StackProcess process) throws Exception;
    }

    /** kill -9 of the process that {@code victim} names when it strikes; then a new one. */
    static Fault kill(Callable<StackProcess> victim) {
        return new ProcessFault(
                victim,
                StackProcess::kill,
                lost -> {
                    if (!lost.isAlive()) {
                        lost.launch(); // if it fails, Health starts it again
                    }
                });
    }

    /** SIGSTOP of it: it answers nobody, and knows nothing of the time it lost. */
    static Fault pause(Callable<StackProcess> victim) {
        return new ProcessFault(
                victim,
                StackProcess::pause,
                paused -> {
                    if (paused.isAlive()) {
                        paused.resume();
                    }
                });
    }

    @Override
    public String inject() throws Exception {
        StackProcess process = victim.call();
        hit = process;
        inject.to(process);
        return process.name();
    }

    @Override
    public void heal() throws Exception {
        if (hit != null) {
            heal.to(hit);
        }
    }
}
