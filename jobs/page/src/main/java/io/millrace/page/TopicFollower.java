package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.page.PageStore.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topics as they grow, committed records only, each once: the place after the last record
 * is written with what it said. Holds one poll's records. Its own thread, until interrupted; what
 * others may ask is volatile.
 */
final class TopicFollower implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final long PARTITIONS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final byte[] STATE = Kind.STATE.key("topics");
    private static final String OFFSETS = "offsets";

    private final KafkaAccess kafka;
    private final PageStore store;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private volatile JsonNode state = Json.object();
    private volatile long behind = -1;
    private volatile String failure = "";

    TopicFollower(KafkaAccess kafka, PageStore store) throws IOException {
        this.kafka = kafka;
        this.store = store;
        state = store.json(STATE);
    }

    /** {@link RecordFold#state}, after the last batch. */
    JsonNode state() {
        return state;
    }

    /** Records that are there and not read yet, -1 if nobody knows. */
    long behind() {
        return behind;
    }

    /** Why it does not read, empty while it does. */
    String failure() {
        return failure;
    }

    void stop() {
        stopped.set(true);
    }

    @Override
    public void run() {
        while (!stopped.get()) {
            try {
                follow();
            } catch (IOException | RuntimeException e) { // whatever it is, visitors are told
                if (stopped.get() || e instanceof InterruptException) {
                    return;
                }
                LOG.warn("the topics cannot be read; tried again in {}", RETRY, e);
                failure = String.valueOf(e.getMessage());
                behind = -1;
                try {
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                } catch (InterruptedException interrupt) {
                    return;
                }
            }
        }
    }

    private void follow() throws IOException {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            long assigned = System.nanoTime() - PARTITIONS_EVERY_NANOS;
            while (!stopped.get()) {
                if (System.nanoTime() - assigned >= PARTITIONS_EVERY_NANOS) {
                    assign(consumer);
                    assigned = System.nanoTime();
                }
                fold(consumer.poll(POLL));
                behind = lag(consumer);
                failure = "";
            }
        }
    }

    /** All partitions that there are now, each from where it was read to. */
    private void assign(Consumer<byte[], byte[]> consumer) throws IOException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : RecordFold.TOPICS) {
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            long next = state.path(OFFSETS).path(partition.toString()).asLong();
            if (next > ends.getOrDefault(partition, Long.MAX_VALUE)) {
                LOG.info(
                        "{} ends before {}: it is another topic, and all is read anew",
                        partition,
                        next);
                store.forget(
                        List.of(
                                Kind.REQUEST,
                                Kind.EPOCH,
                                Kind.REFUSED,
                                Kind.REQUESTER,
                                Kind.PROVIDER));
                state = Json.object();
                throw new IOException(partition + " is another than before; it is read anew");
            }
            consumer.seek(partition, Math.max(next, beginnings.getOrDefault(partition, 0L)));
        }
    }

    private void fold(ConsumerRecords<byte[], byte[]> records) throws IOException {
        if (records.isEmpty()) {
            return;
        }
        try (PageStore.Batch batch = store.batch()) {
            RecordFold fold = new RecordFold(batch, state);
            ObjectNode offsets = Json.object(state.path(OFFSETS).deepCopy());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    fold.add(record);
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            "%s-%d@%d is not readable: %s; run the audit"
                                    .formatted(
                                            record.topic(),
                                            record.partition(),
                                            record.offset(),
                                            e.getMessage()),
                            e);
                }
                offsets.put(record.topic() + "-" + record.partition(), record.offset() + 1);
            }
            ObjectNode next = fold.state();
            next.set(OFFSETS, offsets);
            batch.put(STATE, next);
            batch.write();
            state = next;
        }
    }

    private static long lag(Consumer<byte[], byte[]> consumer) {
        long lag = 0;
        for (TopicPartition partition : consumer.assignment()) {
            lag += consumer.currentLag(partition).orElse(0);
        }
        return lag;
    }

    private Consumer<byte[], byte[]> consumer() {
        Properties properties = kafka.settings();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "millrace-page");
        // Or a look for new partitions finds what was known five minutes ago.
        properties.put(
                ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                String.valueOf(TimeUnit.NANOSECONDS.toMillis(PARTITIONS_EVERY_NANOS)));
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
