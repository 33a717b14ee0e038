package io.millrace.local.chaos;

import io.millrace.job.topic.TopicScan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What is committed on topics, each partition from its beginning, also of partitions that are added
 * meanwhile. Records that are deleted before they are read are an error. Used by one thread.
 */
final class GrowingFeed implements Feed {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOK_LIMIT = Duration.ofSeconds(1);
    private static final Duration LOOK_PAUSE = Duration.ofSeconds(2);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<String> topics;
    private final List<TopicPartition> known = new ArrayList<>();
    private long nextLookNanos = System.nanoTime();

    GrowingFeed(String bootstrapServers, List<String> topics) {
        this.topics = List.copyOf(topics);
        this.consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "isolation.level",
                                "read_committed",
                                "enable.auto.commit",
                                false,
                                "auto.offset.reset",
                                "none",
                                "metadata.max.age.ms",
                                LOOK_PAUSE.toMillis()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    @Override
    public void poll(TopicScan.Visitor visitor) throws IOException {
        if (System.nanoTime() - nextLookNanos >= 0) {
            look();
            nextLookNanos = System.nanoTime() + LOOK_PAUSE.toNanos();
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            visitor.visit(record);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Takes up partitions that are new; where nobody answers, the next look does. */
    private void look() {
        List<TopicPartition> added = new ArrayList<>();
        try {
            for (String topic : topics) {
                consumer.partitionsFor(topic, LOOK_LIMIT).stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .filter(partition -> !known.contains(partition))
                        .forEach(added::add);
            }
        } catch (KafkaException e) {
            return; // the brokers are away
        }
        if (!added.isEmpty()) {
            known.addAll(added);
            consumer.assign(known); // those that it had stay where they are
            consumer.seekToBeginning(added);
        }
    }
}
