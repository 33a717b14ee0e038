package io.millrace.local.chaos.fault;

import io.millrace.admit.RequestPlace;
import io.millrace.job.LedgerSink;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Traffic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A transaction whose writer is gone: nobody ends it but the engine or, when it has grown old, the
 * broker. Until then nothing behind it is visible.
 */
final class OldTransaction implements Fault {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final String bootstrapServers;
    private final Write write;
    private final String id;
    private final Duration timeout;

    private OldTransaction(String bootstrapServers, Write write, String id, Duration timeout) {
        this.bootstrapServers = bootstrapServers;
        this.write = write;
        this.id = id;
        this.timeout = timeout;
    }

    /** What is written in the transaction. */
    @FunctionalInterface
    private interface Write {

        /** Returns who was hit. */
        String in(KafkaProducer<byte[], byte[]> producer) throws Exception;
    }

    /**
     * A client's request, in front of the others in its partition; the broker would wait for an
     * hour.
     */
    static Fault ofStranger(String bootstrapServers, Load load, int partition) {
        Write write =
                producer -> {
                    Traffic.Item request = load.unsent();
                    RecordMetadata at =
                            send(
                                    producer,
                                    Topics.REQUESTS,
                                    partition,
                                    request.key().getBytes(StandardCharsets.UTF_8),
                                    request.value());
                    load.neverCommitted(new RequestPlace(at.partition(), at.offset()));
                    return "a stranger's request";
                };
        return new OldTransaction(
                bootstrapServers,
                write,
                "stranger-" + NUMBERS.incrementAndGet(),
                Duration.ofHours(1));
    }

    /**
     * What a sink of a wider job would leave behind: its id is one of the job's own, but no subtask
     * of today has it. The broker ends it, or the next start does.
     */
    static Fault ofSink(String bootstrapServers, String prefix, int partition, Duration timeout) {
        Write write =
                producer -> {
                    send(producer, Topics.CHARGES, partition, new byte[0], new byte[0]);
                    return "a sink's charges";
                };
        return new OldTransaction(
                bootstrapServers,
                write,
                prefix
                        + "-"
                        + LedgerSink.MONEY.id()
                        + "-"
                        + (100 + NUMBERS.incrementAndGet())
                        + "-0",
                timeout);
    }

    @Override
    public String inject() throws Exception {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "transactional.id",
                                id,
                                "transaction.timeout.ms",
                                Math.toIntExact(timeout.toMillis())),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        try {
            producer.initTransactions();
            producer.beginTransaction();
            return write.in(producer);
        } finally {
            producer.close(Duration.ZERO); // dies, and ends nothing
        }
    }

    @Override
    public void heal() {
        // it is for the engine or the broker to end it
    }

    private static RecordMetadata send(
            KafkaProducer<byte[], byte[]> producer,
            String topic,
            int partition,
            byte[] key,
            byte[] value)
            throws Exception {
        return producer.send(new ProducerRecord<>(topic, partition, key, value)).get();
    }
}
