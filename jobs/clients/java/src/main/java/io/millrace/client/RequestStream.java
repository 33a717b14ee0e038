package io.millrace.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.audit.read.KafkaAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Requests to Kafka, and what becomes of them from it: one connection for any number of requests
 * and threads. One thread of its own reads committed records, without a consumer group.
 */
final class RequestStream implements AutoCloseable {

    private static final String REQUESTS = "inference.requests";
    private static final List<String> ENDS = List.of("inference.results", "inference.rejections");
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration LOOK_FOR_PARTITIONS = Duration.ofSeconds(30);

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private final Producer<String, String> producer;
    private final Consumer<String, String> consumer;
    private final Ends ends = new Ends();
    private final Thread reader;
    private volatile @Nullable RuntimeException failure;

    /**
     * Connects, and from then on hears what becomes of requests that are sent.
     *
     * @throws org.apache.kafka.common.KafkaException if no broker answers within a minute, or the
     *     topics are missing
     */
    RequestStream(KafkaAccess kafka) {
        this(consumer(kafka), () -> producer(kafka));
    }

    /** The same, over any client of Kafka's. */
    RequestStream(
            Consumer<String, String> consumer, Supplier<Producer<String, String>> newProducer) {
        this.consumer = consumer;
        try {
            assign(false);
            producer = newProducer.get();
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
        reader = new Thread(this::read, "millrace-client");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Sends a request.
     *
     * @param key of the record
     * @return its end, a result or a rejection; to be {@link #forget forgotten} once it is known.
     *     Fails with {@link NoAnswerYetException} if Kafka does not confirm that it has the
     *     request, which may have it all the same: then {@link #endOf} waits on
     */
    CompletableFuture<JsonNode> send(String requestId, String key, String value) {
        CompletableFuture<JsonNode> end = ends.expect(requestId);
        RuntimeException failed = failure;
        if (failed != null) {
            end.completeExceptionally(failed);
            return end;
        }
        CompletableFuture<JsonNode> confirmed = end.copy();
        Future<RecordMetadata> unused = // the callback has it
                producer.send(
                        new ProducerRecord<>(REQUESTS, key, value),
                        (place, error) -> {
                            if (error == null) {
                                ends.placed(requestId, place.partition(), place.offset());
                            } else {
                                ends.unplaced(requestId);
                                confirmed.completeExceptionally(
                                        new NoAnswerYetException(requestId, error));
                            }
                        });
        return confirmed;
    }

    /** The end of a request that was sent here and not forgotten, else null. */
    @Nullable CompletableFuture<JsonNode> endOf(String requestId) {
        return ends.of(requestId);
    }

    void forget(String requestId) {
        ends.forget(requestId);
    }

    @Override
    public void close() {
        consumer.wakeup();
        boolean interrupted = false;
        try {
            reader.join(LONGEST.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        producer.close(interrupted ? Duration.ZERO : LONGEST);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        long lookedNanos = System.nanoTime();
        try (consumer) {
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    if (record.value() != null) {
                        ends.take(json(record));
                    }
                }
                if (System.nanoTime() - lookedNanos > LOOK_FOR_PARTITIONS.toNanos()) {
                    lookForPartitions();
                    lookedNanos = System.nanoTime();
                }
            }
        } catch (WakeupException e) {
            stop(new IllegalStateException("the client is closed", e));
        } catch (RuntimeException e) {
            stop(
                    new IllegalStateException(
                            "the client cannot read from Kafka any more; connect anew", e));
        }
    }

    /**
     * Brokers that are away are asked again the next time, as the consumer asks them for records.
     */
    private void lookForPartitions() {
        try {
            assign(true);
        } catch (TimeoutException e) {
            // The next look is half a minute away; meanwhile Kafka's own log says so.
        }
    }

    private void stop(RuntimeException cause) {
        failure = cause;
        ends.fail(cause);
    }

    /**
     * Partitions as they are now, from their ends on: what was there before is no answer to what
     * comes. Those that are {@code added} later are read whole.
     */
    private void assign(boolean added) {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : ENDS) {
            for (PartitionInfo partition : consumer.partitionsFor(topic, LONGEST)) {
                all.add(new TopicPartition(topic, partition.partition()));
            }
        }
        List<TopicPartition> unread = new ArrayList<>(all);
        unread.removeAll(consumer.assignment());
        if (unread.isEmpty()) {
            return;
        }
        consumer.assign(all); // keeps the positions of what was assigned
        if (added) {
            consumer.seekToBeginning(unread);
        } else {
            consumer.endOffsets(unread, LONGEST).forEach(consumer::seek);
        }
    }

    private static JsonNode json(ConsumerRecord<String, String> record) {
        try {
            return MAPPER.readTree(record.value());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "%s-%d@%d is no JSON"
                            .formatted(record.topic(), record.partition(), record.offset()),
                    e);
        }
    }

    /**
     * Idempotent, or a retry could store a second copy: of two copies of a request the second is
     * refused, and that looks like its end.
     */
    private static Producer<String, String> producer(KafkaAccess kafka) {
        Properties settings = kafka.settings();
        settings.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        settings.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static Consumer<String, String> consumer(KafkaAccess kafka) {
        Properties settings = kafka.settings();
        settings.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        // Or a look for new partitions finds what was known five minutes ago.
        settings.setProperty(
                ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                String.valueOf(LOOK_FOR_PARTITIONS.toMillis()));
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }
}
