package io.millrace.job.recover;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** How far a topic is read; offsets without a record count as read. */
final class ScanProgress {

    private final StepProgress progress;
    private final Map<TopicPartition, Long> ends;
    private final Map<TopicPartition, Long> left = new HashMap<>();
    private long records;

    /**
     * @param ends of the partitions
     */
    ScanProgress(String topic, Map<TopicPartition, Long> ends, Consumer<String> says) {
        this.ends = Map.copyOf(ends);
        this.left.putAll(ends);
        this.records = ends.values().stream().mapToLong(Long::longValue).sum();
        this.progress = new StepProgress(topic, records, says);
    }

    /** Counts the next record. */
    void count(ConsumerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        long now = Math.max(0, ends.getOrDefault(partition, 0L) - record.offset() - 1);
        Long before = left.put(partition, now);
        records += now - (before == null ? now : before);
        progress.count(1, records);
    }
}
