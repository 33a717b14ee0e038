package io.millrace.job.recover;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Says every few seconds how far a topic is read, and how long the rest takes at this pace. */
final class ScanProgress {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String topic;
    private final Map<TopicPartition, Long> ends;
    private final Map<TopicPartition, Long> left = new HashMap<>();
    private final Consumer<String> says;
    private final long beganNanos = System.nanoTime();

    private long saidNanos = beganNanos;
    private long read;

    /**
     * @param ends of the partitions
     */
    ScanProgress(String topic, Map<TopicPartition, Long> ends, Consumer<String> says) {
        this.topic = topic;
        this.ends = Map.copyOf(ends);
        this.left.putAll(ends);
        this.says = says;
    }

    /** Counts the next record. */
    void count(ConsumerRecord<byte[], byte[]> record) {
        read++;
        long now = System.nanoTime();
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        left.put(partition, Math.max(0, ends.getOrDefault(partition, 0L) - record.offset() - 1));
        if (now - saidNanos < PAUSE_NANOS) {
            return;
        }
        saidNanos = now;
        long records = left.values().stream().mapToLong(Long::longValue).sum();
        double seconds = (now - beganNanos) / 1e9;
        says.accept(
                "%s: %d records read, %d to go, %.0f a second, %.0f s left"
                        .formatted(topic, read, records, read / seconds, records * seconds / read));
    }
}
