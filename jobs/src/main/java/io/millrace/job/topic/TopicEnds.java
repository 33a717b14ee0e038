package io.millrace.job.topic;

import io.millrace.settle.LedgerTail.Ends;
import java.util.Collection;
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

/** How far partitions are written, and how far whoever reads what is committed sees them. */
public final class TopicEnds {

    private TopicEnds() {}

    /** Of every partition of {@code topics}. */
    public static CompletableFuture<Map<TopicPartition, Ends>> of(
            Admin admin, List<String> topics) {
        return admin.describeTopics(topics)
                .allTopicNames()
                .toCompletionStage()
                .thenCompose(
                        found ->
                                of(
                                        admin,
                                        found.values().stream()
                                                .flatMap(TopicEnds::partitions)
                                                .collect(Collectors.toSet())))
                .toCompletableFuture();
    }

    private static CompletionStage<Map<TopicPartition, Ends>> of(
            Admin admin, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest =
                partitions.stream()
                        .collect(
                                Collectors.toMap(
                                        partition -> partition, partition -> OffsetSpec.latest()));
        // The visible end last: what is committed in between must not look hidden.
        return list(admin, latest, IsolationLevel.READ_UNCOMMITTED)
                .thenCompose(
                        written ->
                                list(admin, latest, IsolationLevel.READ_COMMITTED)
                                        .thenApply(visible -> ends(visible, written)));
    }

    private static CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> list(
            Admin admin, Map<TopicPartition, OffsetSpec> latest, IsolationLevel isolation) {
        return admin.listOffsets(latest, new ListOffsetsOptions(isolation))
                .all()
                .toCompletionStage();
    }

    private static Map<TopicPartition, Ends> ends(
            Map<TopicPartition, ListOffsetsResultInfo> visible,
            Map<TopicPartition, ListOffsetsResultInfo> written) {
        Map<TopicPartition, Ends> ends = new HashMap<>();
        written.forEach(
                (partition, end) -> {
                    ListOffsetsResultInfo seen = visible.get(partition);
                    if (seen != null) {
                        ends.put(partition, new Ends(seen.offset(), end.offset()));
                    }
                });
        return ends;
    }

    private static Stream<TopicPartition> partitions(TopicDescription topic) {
        return topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()));
    }
}
