package io.millrace.job.topic;

import io.millrace.settle.LedgerTail;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

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
        return admin.describeTopics(LEDGER)
                .allTopicNames()
                .toCompletionStage()
                .thenCompose(this::ends)
                .toCompletableFuture();
    }

    private CompletionStage<Map<String, Ends>> ends(Map<String, TopicDescription> topics) {
        Map<TopicPartition, OffsetSpec> latest =
                topics.values().stream()
                        .flatMap(KafkaLedgerTail::partitions)
                        .collect(
                                Collectors.toMap(
                                        partition -> partition, partition -> OffsetSpec.latest()));
        // The visible end last: what is committed in between must not look hidden.
        return list(latest, IsolationLevel.READ_UNCOMMITTED)
                .thenCompose(
                        written ->
                                list(latest, IsolationLevel.READ_COMMITTED)
                                        .thenApply(visible -> ends(visible, written)));
    }

    private CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> list(
            Map<TopicPartition, OffsetSpec> latest, IsolationLevel isolation) {
        return admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .toCompletionStage();
    }

    private static Map<String, Ends> ends(
            Map<TopicPartition, ListOffsetsResultInfo> visible,
            Map<TopicPartition, ListOffsetsResultInfo> written) {
        Map<String, Ends> ends = new HashMap<>();
        written.forEach(
                (partition, end) -> {
                    ListOffsetsResultInfo seen = visible.get(partition);
                    if (seen != null) {
                        ends.put(partition.toString(), new Ends(seen.offset(), end.offset()));
                    }
                });
        return ends;
    }

    private static Stream<TopicPartition> partitions(TopicDescription topic) {
        return topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()));
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO); // a broker that does not answer must not hold up the task
    }
}
