package io.millrace.job.topic;

import io.millrace.admit.clock.OpenTransaction;
import io.millrace.admit.clock.RequestTopic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * The partitions of the requests, by Kafka's admin client. A transaction is ended by its
 * coordinator, which fences the producer, so that its client hears of it; one that no coordinator
 * knows any more, or that it may not be asked for, is ended in the partition itself. What a
 * coordinator is committing or aborting already is left to it.
 */
public final class KafkaRequestTopic implements RequestTopic {

    private final Admin admin;

    private KafkaRequestTopic(Brokers brokers) {
        this.admin = brokers.admin();
    }

    /** A factory that can travel to the TaskManager. */
    public static Factory factory(Brokers brokers) {
        return () -> new KafkaRequestTopic(brokers);
    }

    @Override
    public CompletableFuture<View> look() {
        return admin.describeTopics(List.of(Topics.REQUESTS))
                .allTopicNames()
                .toCompletionStage()
                .thenCompose(topics -> held(topics.values()))
                .toCompletableFuture();
    }

    private CompletionStage<View> held(Collection<TopicDescription> topics) {
        Set<TopicPartition> all =
                topics.stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .map(info -> new TopicPartition(Topics.REQUESTS, info.partition()))
                        .collect(Collectors.toSet());
        Set<Integer> numbers =
                all.stream().map(TopicPartition::partition).collect(Collectors.toSet());
        // The visible end last: what is committed in between must not look hidden.
        return ends(all, IsolationLevel.READ_UNCOMMITTED)
                .thenCompose(
                        written ->
                                ends(all, IsolationLevel.READ_COMMITTED)
                                        .thenCompose(visible -> open(written, visible)))
                .thenApply(open -> new View(numbers, open));
    }

    private CompletableFuture<Map<TopicPartition, Long>> ends(
            Set<TopicPartition> partitions, IsolationLevel isolation) {
        ListOffsetsResult ends =
                admin.listOffsets(
                        partitions.stream()
                                .collect(
                                        Collectors.toMap(
                                                partition -> partition,
                                                partition -> OffsetSpec.latest())),
                        new ListOffsetsOptions(isolation));
        return answered(
                partitions,
                partition -> ends.partitionResult(partition).thenApply(end -> end.offset()));
    }

    /** Transactions of the partitions that answer, none where nothing is hidden. */
    private CompletableFuture<Map<Integer, List<OpenTransaction>>> open(
            Map<TopicPartition, Long> written, Map<TopicPartition, Long> visible) {
        Map<Integer, List<OpenTransaction>> open = new HashMap<>();
        Set<TopicPartition> held =
                visible.keySet().stream()
                        .filter(
                                partition ->
                                        written.getOrDefault(partition, 0L)
                                                > visible.getOrDefault(partition, 0L))
                        .collect(Collectors.toSet());
        visible.keySet().stream()
                .filter(partition -> !held.contains(partition))
                .forEach(partition -> open.put(partition.partition(), List.of()));
        if (held.isEmpty()) {
            return CompletableFuture.completedFuture(open);
        }
        DescribeProducersResult producers = admin.describeProducers(held);
        return answered(held, producers::partitionResult)
                .thenApply(
                        states -> {
                            states.forEach(
                                    (partition, state) ->
                                            open.put(
                                                    partition.partition(),
                                                    open(partition, state.activeProducers())));
                            return open;
                        });
    }

    private static List<OpenTransaction> open(
            TopicPartition partition, Collection<ProducerState> producers) {
        return producers.stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .map(
                        producer ->
                                new OpenTransaction(
                                        partition.partition(),
                                        producer.currentTransactionStartOffset().getAsLong(),
                                        producer.producerId(),
                                        producer.producerEpoch(),
                                        producer.coordinatorEpoch().orElse(-1)))
                .toList();
    }

    /** One partition without a leader must not hide what the others say. */
    private static <T> CompletableFuture<Map<TopicPartition, T>> answered(
            Set<TopicPartition> partitions, Function<TopicPartition, KafkaFuture<T>> ask) {
        Map<TopicPartition, CompletableFuture<Optional<T>>> asked =
                partitions.stream()
                        .collect(
                                Collectors.toMap(
                                        partition -> partition,
                                        partition ->
                                                ask.apply(partition)
                                                        .toCompletionStage()
                                                        .thenApply(Optional::of)
                                                        .exceptionally(e -> Optional.empty())
                                                        .toCompletableFuture()));
        return CompletableFuture.allOf(asked.values().toArray(new CompletableFuture<?>[0]))
                .thenApply(
                        all -> {
                            Map<TopicPartition, T> answers = new HashMap<>();
                            asked.forEach(
                                    (partition, answer) ->
                                            answer.join()
                                                    .ifPresent(
                                                            value ->
                                                                    answers.put(partition, value)));
                            return answers;
                        });
    }

    @Override
    public CompletableFuture<Void> end(OpenTransaction transaction) {
        return admin.listTransactions(
                        new ListTransactionsOptions()
                                .filterProducerIds(Set.of(transaction.producerId())))
                .all()
                .toCompletionStage()
                .thenCompose(known -> end(transaction, known))
                .exceptionally(
                        e -> {
                            throw new CompletionException(explained(e));
                        })
                .toCompletableFuture();
    }

    private CompletionStage<Void> end(
            OpenTransaction transaction, Collection<TransactionListing> known) {
        for (TransactionListing listing : known) {
            switch (listing.state()) {
                case ONGOING -> {
                    return admin.fenceProducers(List.of(listing.transactionalId()))
                            .all()
                            .toCompletionStage();
                }
                case PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE -> {
                    return CompletableFuture.completedFuture(null);
                }
                default -> {
                    // it has ended there, or never began: only the partition does not know
                }
            }
        }
        return admin.abortTransaction(
                        new AbortTransactionSpec(
                                new TopicPartition(Topics.REQUESTS, transaction.topicPartition()),
                                transaction.producerId(),
                                (short) transaction.producerEpoch(),
                                transaction.coordinatorEpoch()))
                .all()
                .toCompletionStage();
    }

    private static Throwable explained(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        return cause instanceof AuthorizationException
                ? new NotPermittedException("the brokers say: " + cause.getMessage(), cause)
                : cause;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO); // a broker that does not answer must not hold up the task
    }
}
