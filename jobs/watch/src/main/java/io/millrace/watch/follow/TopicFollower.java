package io.millrace.watch.follow;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads receipts and evidence as they are committed, each record once: where to go on is written
 * with what was read. Holds one poll's records. A record that nobody can read is as good as none.
 * Topics may get more partitions at any time: none counts as read to its end while there is one
 * that is not read, or a charge would be accused for evidence that lies there. Its own thread,
 * until it is closed.
 */
public final class TopicFollower implements Topics {

    /** Of the receipts. */
    public static final String RECEIPTS = "settlement.receipts";

    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final List<String> TOPICS = List.of(RECEIPTS, Evidence.TOPIC);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PATIENCE_SECONDS = 30;

    private final KafkaAccess kafka;
    private final WatchStore store;
    private final TypedHashes hashes;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;

    private volatile long completeNanos;
    private volatile boolean wasComplete;
    private volatile String failure = "nothing was read yet";

    private TopicFollower(KafkaAccess kafka, WatchStore store, TypedHashes hashes) {
        this.kafka = kafka;
        this.store = store;
        this.hashes = hashes;
        thread = new Thread(this::run, "watch-topics");
        thread.setDaemon(true);
    }

    /** Begins to read. */
    public static TopicFollower start(KafkaAccess kafka, WatchStore store, TypedHashes hashes) {
        TopicFollower follower = new TopicFollower(kafka, store, hashes);
        follower.thread.start();
        return follower;
    }

    @Override
    public boolean hasReadSince(long nanos) {
        return wasComplete && completeNanos - nanos >= 0;
    }

    @Override
    public boolean isCatchingUp() {
        return !wasComplete && failure.isEmpty();
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        closed.set(true);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed.get()) {
            try {
                follow();
            } catch (IOException | RuntimeException e) { // whatever it is, it is said and tried on
                LOG.warn("the topics cannot be read; tried again in {}", RETRY, e);
                failure = String.valueOf(e.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        long end = System.nanoTime() + RETRY.toNanos();
        while (!closed.get() && end - System.nanoTime() > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                closed.set(true);
            }
        }
    }

    private void follow() throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                Admin admin = Admin.create(kafka.settings())) {
            assign(consumer, partitions(admin));
            long looked = System.nanoTime() - LOOK_EVERY_NANOS;
            while (!closed.get()) {
                keep(consumer.poll(POLL));
                if (System.nanoTime() - looked >= LOOK_EVERY_NANOS) {
                    looked = System.nanoTime();
                    // Asked of the brokers: what a consumer knows of partitions is minutes old.
                    Set<TopicPartition> partitions = partitions(admin);
                    if (!partitions.equals(consumer.assignment())) {
                        assign(consumer, partitions);
                    } else if (isAtEnd(consumer)) {
                        completeNanos = looked;
                        wasComplete = true;
                    }
                }
                failure = "";
            }
        }
    }

    /** All that there are now. */
    private Set<TopicPartition> partitions(Admin admin) throws IOException {
        Set<TopicPartition> partitions = new HashSet<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
                admin.describeTopics(TOPICS).topicNameValues().entrySet()) {
            try {
                topic.getValue()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .partitions()
                        .forEach(
                                one ->
                                        partitions.add(
                                                new TopicPartition(
                                                        topic.getKey(), one.partition())));
            } catch (ExecutionException e) {
                throw new IOException(
                        e.getCause() instanceof UnknownTopicOrPartitionException
                                ? "there is no topic %s at %s; name the Kafka that the job writes to"
                                        .formatted(topic.getKey(), kafka)
                                : "the partitions of %s are not told at %s: %s"
                                        .formatted(topic.getKey(), kafka, e.getCause()),
                        e);
            } catch (TimeoutException e) {
                throw new IOException(
                        "nobody at %s tells the partitions of %s for %d s; is the broker up"
                                .formatted(kafka, topic.getKey(), PATIENCE_SECONDS),
                        e);
            } catch (InterruptedException e) {
                closed.set(true);
                throw new IOException("it was to end while it asked for partitions", e);
            }
        }
        return partitions;
    }

    /** Those, each from where it was read to. */
    private void assign(KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions)
            throws IOException {
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            long next = store.number(offsetKey(partition), 0);
            if (next > ends.getOrDefault(partition, Long.MAX_VALUE)) {
                throw new IOException(
                        ("%s ends before %d, up to where it was read: it is another topic; give"
                                        + " --watch.data a new folder")
                                .formatted(partition, next));
            }
            consumer.seek(partition, Math.max(next, beginnings.getOrDefault(partition, 0L)));
        }
    }

    private static boolean isAtEnd(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.endOffsets(consumer.assignment()).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void keep(ConsumerRecords<byte[], byte[]> records) throws IOException {
        if (records.isEmpty()) {
            return;
        }
        try (WatchStore.Batch batch = store.batch()) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                try {
                    keep(record, batch);
                } catch (IllegalArgumentException | IOException e) {
                    LOG.warn(
                            "{}-{}@{} is not readable, as good as withheld: {}",
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            e.getMessage());
                }
            }
            for (TopicPartition partition : records.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> own = records.records(partition);
                batch.put(offsetKey(partition), own.get(own.size() - 1).offset() + 1);
            }
            batch.write();
        }
    }

    private void keep(ConsumerRecord<byte[], byte[]> record, WatchStore.Batch batch)
            throws IOException {
        if (record.topic().equals(RECEIPTS)) {
            byte[] value = record.value();
            if (value == null) {
                throw new IOException("it has no value");
            }
            Receipt receipt = Rows.receipt(value);
            batch.put(Rows.receiptKey(receipt), value);
        } else {
            Evidence evidence = Evidence.of(record.key(), record.value());
            batch.put(Rows.evidenceKey(evidence, hashes.outcomeOf(evidence)), record.value());
        }
    }

    private static byte[] offsetKey(TopicPartition partition) {
        return Kind.STATE.key("offset " + partition);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Properties properties = kafka.settings();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "millrace-watch");
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
