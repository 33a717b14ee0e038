package io.millrace.job.topic;

import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;

/**
 * Whose transaction hides the end of a partition, and what ends it, in words for an operator.
 * Brokers end by themselves what is too old, but not what its coordinator has forgotten.
 */
public final class HidingTransaction {

    private static final int PATIENCE_SECONDS = 10;

    private HidingTransaction() {}

    /**
     * Clauses that name partition, offset, producer and commands.
     *
     * @param visible where reading of committed records ends, before the end of the partition
     */
    public static String describe(Admin admin, TopicPartition partition, long visible)
            throws InterruptedException {
        return """
        %s is hidden from offset %d on by the transaction of %s; if kafka-transactions.sh \
        find-hanging --topic %s names it, end it with abort --topic %s --partition %d \
        --start-offset %d, else stop who writes it\
        """
                .formatted(
                        partition,
                        visible,
                        producer(admin, partition),
                        partition.topic(),
                        partition.topic(),
                        partition.partition(),
                        visible);
    }

    private static String producer(Admin admin, TopicPartition partition)
            throws InterruptedException {
        try {
            return admin
                    .describeProducers(Set.of(partition))
                    .partitionResult(partition)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .activeProducers()
                    .stream()
                    .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                    .min(
                            Comparator.comparingLong(
                                    producer ->
                                            producer.currentTransactionStartOffset().getAsLong()))
                    .map(ProducerState::producerId)
                    .map(id -> "producer " + id + named(admin, id))
                    .orElse("a producer that has just ended it");
        } catch (ExecutionException | TimeoutException e) {
            return "a producer that the brokers do not tell (%s)".formatted(e.getMessage());
        }
    }

    /** Its transactional id, if a coordinator still knows it and may tell. */
    private static String named(Admin admin, long producer) {
        try {
            return admin
                    .listTransactions(
                            new ListTransactionsOptions().filterProducerIds(Set.of(producer)))
                    .all()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .stream()
                    .map(TransactionListing::transactionalId)
                    .findFirst()
                    .map(" with transactional id "::concat)
                    .orElse("");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } catch (ExecutionException | TimeoutException e) {
            return "";
        }
    }
}
