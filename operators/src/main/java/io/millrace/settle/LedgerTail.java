package io.millrace.settle;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The ends of the ledger's topics, with what is written and not visible yet. */
public interface LedgerTail extends AutoCloseable {

    /** Of a ledger that hides nothing. */
    LedgerTail NONE = () -> CompletableFuture.completedFuture(Map.of());

    /**
     * The ends of one partition.
     *
     * @param visible offset at which reading of committed records ends
     * @param written offset of the next record
     */
    record Ends(long visible, long written) {}

    /** Asks for the ends, by name of the partition. Waits for nothing; may fail. */
    CompletableFuture<Map<String, Ends>> poll();

    @Override
    default void close() {}
}
