package io.millrace.local.cli;

import io.millrace.local.stack.StackException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What keeps a stack up, look by look. A Flink that gives no answer is told and asked again: a busy
 * machine is no reason to end what runs on it. Used by one thread.
 */
final class Upkeep {

    private final Restart restart;
    private final Health health;
    private final Consumer<String> says;
    private boolean silent;

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
     * @throws StackException if the stack cannot go on
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
        }
        if (silent) {
            says.accept("Flink answers again");
        }
        silent = false;
    }
}
