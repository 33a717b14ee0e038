package io.millrace.admit.clock;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The partitions of the requests, as the brokers know them. Every call returns at once. */
public interface RequestTopic extends AutoCloseable {

    /**
     * What there is.
     *
     * @param partitions all that exist
     * @param open transactions by partition; of one that could not be looked at there is no entry
     */
    record View(Set<Integer> partitions, Map<Integer, List<OpenTransaction>> open) {

        /** Checks and copies. */
        public View {
            partitions = Set.copyOf(partitions);
            open = Map.copyOf(open);
        }
    }

    /** Asks what there is. May fail. */
    CompletableFuture<View> look();

    /**
     * Ends {@code transaction}, so that its records count as never sent. Fails with {@link
     * NotPermittedException} if the engine lacks the right to.
     */
    CompletableFuture<Void> end(OpenTransaction transaction);

    @Override
    void close();

    /** Opens it where it is used. */
    @FunctionalInterface
    interface Factory extends Serializable {

        /** A client; nothing is asked yet. */
        RequestTopic open();
    }

    /** The brokers refuse the engine the right to end a transaction of somebody else. */
    final class NotPermittedException extends Exception {

        private static final long serialVersionUID = 1L;

        /** Because of what the brokers say. */
        public NotPermittedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
