package io.millrace.job;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed on topics, from their beginning. Used by one thread.
 *
 * <p>Records that are deleted before they are read are an error, never skipped.
 */
public final class TopicScan implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    /** At the beginning of all partitions of {@code topics}. */
    public TopicScan(String bootstrapServers, List<String> topics) {
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "isolation.level",
                                "read_committed",
                                "enable.auto.commit",
                                false,
                                "auto.offset.reset",
                                "none"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        partitions =
                topics.stream()
                        .flatMap(topic -> consumer.partitionsFor(topic).stream())
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** What to do with a record. */
    @FunctionalInterface
    public interface Visitor {
        /** Called once for each record, in the order of its partition. */
        void visit(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    /** Visits what has come in, waiting a little if nothing has. */
    public void poll(Visitor visitor) throws IOException {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            visitor.visit(record);
        }
    }

    /** Where each partition ends now: behind the last record that is committed or aborted. */
    public Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(partitions);
    }

    /**
     * Visits everything that is committed now.
     *
     * @throws IOException if nothing comes for {@link #PATIENCE} although there is more
     */
    public void toEnd(Visitor visitor) throws IOException {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long before = -1;
        long giveUpNanos = 0;
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            poll(visitor);
            long read = partitions.stream().mapToLong(consumer::position).sum();
            if (read != before) {
                before = read;
                giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException(
                        "nothing has come for "
                                + PATIENCE.toSeconds()
                                + " s, and the topics are not read to "
                                + ends
                                + "; check that the brokers are up");
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
