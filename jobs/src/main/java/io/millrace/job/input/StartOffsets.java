package io.millrace.job.input;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a source without state begins: at the offsets given, and else at the beginning. Never where
 * its consumer group was, which knows nothing of the state; and a position that is not in the topic
 * is an error, never reset.
 */
public record StartOffsets(Map<TopicPartition, Long> given) implements OffsetsInitializer {

    private static final long serialVersionUID = 1L;

    /** Checks and copies. */
    public StartOffsets {
        given = Map.copyOf(given);
    }

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
            Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            offsets.put(
                    partition, given.getOrDefault(partition, KafkaPartitionSplit.EARLIEST_OFFSET));
        }
        return offsets;
    }

    @Override
    @SuppressWarnings("deprecation") // the connector's own interface names Kafka's older type
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
        return OffsetResetStrategy.NONE;
    }
}
