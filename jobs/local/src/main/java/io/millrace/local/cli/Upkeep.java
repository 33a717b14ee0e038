package io.millrace.local.cli;

import io.millrace.local.stack.StackException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What keeps a stack up, look by look. A Flink that gives no answer is told and asked again: a busy
 * machine is no reason to end what runs on it. Nor is a job that has failed: what mends it needs
 * the brokers and the chain. Used by one thread.
 */
final class Upkeep {

    private final Restart restart;
    private final Health health;
    private final Consumer<String> says;
    private boolean silent;
    private boolean failed;

    Upkeep(Restart restart, Health health, Consumer<String> says) {
        this.restart = restart;
        this.health = health;
        this.says = says;
    }

    /** Of what has ended by itself. */
    @FunctionalInterface
    interface Restart {

        /** Names what was started again. */
        List<String> ended() throws Exception;
    }

    /** Of the rest. */
    @FunctionalInterface
    interface Health {

        /**
         * Fails if something is broken for good.
         *
         * @throws StackException.NoAnswer if nobody can tell
         */
        void require() throws Exception;
    }

    /**
     * Looks once.
     *
     * @throws StackException if a process of the stack cannot be kept up
     */
    void look() throws Exception {
        for (String ended : restart.ended()) {
            says.accept(ended + " had ended by itself and was started again");
        }
        try {
            health.require();
        } catch (StackException.NoAnswer e) {
            says.accept(e.getMessage() + "; it is asked again");
            silent = true;
            return;
        } catch (StackException.JobFailed e) {
            if (!failed) {
                says.accept(told(e));
            }
            failed = true;
            return;
        }
        if (silent) {
            says.accept("Flink answers again");
        }
        if (failed) {
            says.accept("the job runs again");
        }
        silent = false;
        failed = false;
    }

    /** The innermost reason is the engine's, with its remedy; those around it are Flink's. */
    private static String told(StackException.JobFailed failure) {
        Throwable reason = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            reason = cause;
        }
        return """
        %s: %s
        All else stays up. Do what the reason says, or jobs/RUNBOOK.md by its words; then: millrace job start\
        """
                .formatted(failure.getMessage(), reason.getMessage());
    }
}
