package io.millrace.local.client;

import io.millrace.job.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Produces requests as any client would: key = requester, value = request JSON. */
public final class RequestProducer implements AutoCloseable {

    private static final Map<String, Object> SETTINGS =
            Map.of("acks", "all", "enable.idempotence", true, "linger.ms", 5);

    /** Partitions that are added are written to soon; Kafka's own default is five minutes. */
    private static final int PARTITIONS_LOOK_MILLIS = 2_000;

    private final Producer<String, byte[]> kafka;

    /** Sends by {@code kafka}, and closes it. */
    public RequestProducer(Producer<String, byte[]> kafka) {
        this.kafka = kafka;
    }

    /** Of {@code bootstrapServers}; gives up as soon as Kafka's client does by itself. */
    public static RequestProducer open(String bootstrapServers) {
        return open(bootstrapServers, Map.of());
    }

    /** Of {@code bootstrapServers}, sitting out any outage that is shorter than {@code outage}. */
    public static RequestProducer open(String bootstrapServers, Duration outage) {
        int millis = Math.toIntExact(outage.toMillis());
        return open(
                bootstrapServers,
                Map.of(
                        "delivery.timeout.ms",
                        millis,
                        "max.block.ms",
                        millis,
                        "metadata.max.age.ms",
                        PARTITIONS_LOOK_MILLIS));
    }

    private static RequestProducer open(String bootstrapServers, Map<String, Object> limits) {
        Map<String, Object> settings = new HashMap<>(SETTINGS);
        settings.put("bootstrap.servers", bootstrapServers);
        settings.putAll(limits);
        return new RequestProducer(
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer()));
    }

    /** Sends {@code item} to the partition of its key. */
    public Future<RecordMetadata> send(Traffic.Item item) {
        return kafka.send(new ProducerRecord<>(Topics.REQUESTS, item.key(), item.value()));
    }

    /**
     * Sends {@code item}.
     *
     * @param partition to write to, or null for that of its key
     * @param end is told where the record lies, or why it was not taken
     */
    public void send(Traffic.Item item, @Nullable Integer partition, Callback end) {
        var unused =
                kafka.send(
                        new ProducerRecord<>(Topics.REQUESTS, partition, item.key(), item.value()),
                        end);
    }

    /** How many partitions requests are spread over. */
    public int partitions() {
        return kafka.partitionsFor(Topics.REQUESTS).size();
    }

    /** Returns once everything sent has been taken or given up. */
    public void flush() {
        kafka.flush();
    }

    /** Waits until everything sent has been taken or given up. */
    @Override
    public void close() {
        kafka.close();
    }

    /** Drops what has not been taken after {@code limit}. */
    public void close(Duration limit) {
        kafka.close(limit);
    }
}
