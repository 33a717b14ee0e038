package io.millrace.local.stack;

import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What was committed to a topic, as a replica elsewhere has it. */
public record TopicCopy(
        String bootstrapServers, String topic, List<ConsumerRecord<byte[], byte[]>> records) {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What is committed now. */
    public static TopicCopy of(String bootstrapServers, String topic) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicScan scan = new TopicScan(Brokers.at(bootstrapServers), List.of(topic))) {
            scan.toEnd(records::add);
        }
        return new TopicCopy(bootstrapServers, topic, List.copyOf(records));
    }

    /** The same where a replica has {@code value} at {@code offset}, and not what was read. */
    public TopicCopy with(long offset, byte[] value) {
        return new TopicCopy(
                bootstrapServers,
                topic,
                records.stream()
                        .map(
                                record ->
                                        record.offset() != offset
                                                ? record
                                                : new ConsumerRecord<>(
                                                        topic,
                                                        record.partition(),
                                                        offset,
                                                        record.key(),
                                                        value))
                        .toList());
    }

    /** Makes the topic anew from the copy, {@code less} records at its end left out. */
    public void restore(int less) throws Exception {
        recreate(bootstrapServers, topic, 0);
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (var record : records.subList(0, records.size() - less)) {
                producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        record.partition(),
                                        record.key(),
                                        record.value(),
                                        record.headers()))
                        .get();
            }
        }
    }

    /** The topic, empty and with what was set for it: the job's start looks at that. */
    public static void recreate(String bootstrapServers, String topic, int morePartitions)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            int partitions =
                    morePartitions
                            + admin
                                    .describeTopics(List.of(topic))
                                    .allTopicNames()
                                    .get()
                                    .values()
                                    .stream()
                                    .mapToInt(found -> found.partitions().size())
                                    .sum();
            NewTopic anew =
                    new NewTopic(topic, partitions, (short) 1).configs(settings(admin, topic));
            admin.deleteTopics(List.of(topic)).all().get();
            await("the topic is gone and can be made again")
                    .atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(ExecutionException.class)
                    .until(
                            () -> {
                                admin.createTopics(List.of(anew)).all().get();
                                return true;
                            });
        }
    }

    private static Map<String, String> settings(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return admin.describeConfigs(List.of(resource)).all().get().values().stream()
                .flatMap(config -> config.entries().stream())
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
}
