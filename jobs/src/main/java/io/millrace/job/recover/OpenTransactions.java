package io.millrace.job.recover;

import java.io.IOException;
import java.util.List;
import java.util.Map;
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

    private OpenTransactions() {}

    /** Aborts every open transaction whose id starts with {@code prefix}; returns the ids. */
    static List<String> abort(String bootstrapServers, String prefix) throws IOException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            List<String> open =
                    admin.listTransactions().all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                            .filter(listing -> listing.state() == TransactionState.ONGOING)
                            .map(TransactionListing::transactionalId)
                            .filter(id -> id.startsWith(prefix))
                            .sorted()
                            .toList();
            if (!open.isEmpty()) {
                admin.fenceProducers(open).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            return open;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(bootstrapServers, prefix, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(bootstrapServers, prefix, e);
        }
    }

    private static IOException failed(String bootstrapServers, String prefix, Exception cause) {
        return new IOException(
                "open transactions "
                        + prefix
                        + "* at "
                        + bootstrapServers
                        + " cannot be ended; check that the brokers are up and run it again",
                cause);
    }
}
