package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** What a stack shows of itself from outside. */
interface Vitals {

    /** Starts again what has ended by itself. Returns how many processes that were. */
    int restartEnded() throws Exception;

    /**
     * Flink's answer to a GET of {@code path}.
     *
     * @throws IOException if there is none
     */
    JsonNode flink(String path) throws IOException, InterruptedException;

    /**
     * Does nothing unless the newest job has failed for good. Where it names a remedy that an
     * operator can carry out, that is done.
     *
     * @throws io.millrace.local.stack.StackException with its reason if it has
     */
    void requireNotFailed() throws Exception;

    /** Charges that are committed. */
    long charges();

    /**
     * The newest final block of the L2.
     *
     * @throws IOException if the node does not answer
     */
    long finalBlock() throws IOException;
}
