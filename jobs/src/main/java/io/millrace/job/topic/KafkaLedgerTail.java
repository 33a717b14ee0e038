package io.millrace.job.topic;

import io.millrace.settle.LedgerTail;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;

/** The ends of the topics that the job writes in its transactions, by Kafka's admin client. */
final class KafkaLedgerTail implements LedgerTail {

    private static final List<String> LEDGER =
            List.of(
                    Topics.CHARGES,
                    Topics.EVIDENCE,
                    Topics.EPOCHS,
                    Topics.RECEIPTS,
                    Topics.CHECKPOINTS);

    private final Admin admin;

    KafkaLedgerTail(Brokers brokers) {
        this.admin = brokers.admin();
    }

    @Override
    public CompletableFuture<Map<String, Ends>> poll() {
        return TopicEnds.of(admin, LEDGER)
                .thenApply(
                        ends -> {
                            Map<String, Ends> named = new HashMap<>();
                            ends.forEach((partition, end) -> named.put(partition.toString(), end));
                            return named;
                        });
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO); // a broker that does not answer must not hold up the task
    }
}
