package io.millrace.job.recover;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;

/**
 * Ends what a lost job left open in Kafka. Its state is gone, so nothing can commit it any more,
 * and until it ends nobody can read what was committed behind it.
 */
final class OpenTransactions {

    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 100;
    private static final Set<TransactionState> UNFINISHED =
            Set.of(
                    TransactionState.ONGOING,
                    TransactionState.PREPARE_COMMIT,
                    TransactionState.PREPARE_ABORT);

    private OpenTransactions() {}

    /**
     * Aborts every open transaction whose id starts with {@code prefix}; returns the ids. Waits for
     * those that are being committed or aborted: until then some of their records are not visible.
     */
    static List<String> abort(String bootstrapServers, String prefix) throws IOException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            List<String> open = of(admin, prefix, Set.of(TransactionState.ONGOING));
            if (!open.isEmpty()) {
                admin.fenceProducers(open).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            awaitEnd(admin, prefix);
            return open;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(bootstrapServers, prefix, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(bootstrapServers, prefix, e);
        }
    }

    private static void awaitEnd(Admin admin, String prefix)
            throws ExecutionException, InterruptedException, TimeoutException {
        long giveUpNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<String> ending = of(admin, prefix, UNFINISHED);
        while (!ending.isEmpty()) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new TimeoutException("the transactions " + ending + " do not end");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            ending = of(admin, prefix, UNFINISHED);
        }
    }

    private static List<String> of(Admin admin, String prefix, Set<TransactionState> states)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.listTransactions().all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                .filter(listing -> states.contains(listing.state()))
                .map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith(prefix))
                .sorted()
                .toList();
    }

    private static IOException failed(String bootstrapServers, String prefix, Exception cause) {
        return new IOException(
                ("open transactions %s* at %s cannot be ended; check that the"
                                + " brokers are up and run it again")
                        .formatted(prefix, bootstrapServers),
                cause);
    }
}
