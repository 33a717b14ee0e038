package io.millrace.job.topic;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads partitions to an end that is asked for beforehand, and so ends though records arrive
 * meanwhile. Records that are deleted before they are read are an error, never skipped. Used by one
 * thread.
 */
public final class LogReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_LOOK_BACK = 16;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration patience;

    /**
     * @param isolation whether a partition ends behind its last record, or where the oldest open
     *     transaction begins
     * @param patience with brokers that send nothing although there is more
     */
    public LogReader(Brokers brokers, IsolationLevel isolation, Duration patience) {
        this.patience = patience;
        Properties config = brokers.settings();
        config.setProperty("isolation.level", isolation.name().toLowerCase(Locale.ROOT));
        config.setProperty("enable.auto.commit", "false");
        config.setProperty("auto.offset.reset", "none");
        this.consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A reader of what is committed. */
    public static LogReader ofCommitted(Brokers brokers, Duration patience) {
        return new LogReader(brokers, IsolationLevel.READ_COMMITTED, patience);
    }

    /** What to do with a record. */
    @FunctionalInterface
    public interface Visitor {
        void visit(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    /** Whether records of a partition's end are enough. */
    @FunctionalInterface
    public interface Enough {
        boolean test(List<ConsumerRecord<byte[], byte[]>> records) throws IOException;
    }

    public List<TopicPartition> partitionsOf(List<String> topics) {
        return topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    /** Where each partition ends now. */
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return consumer.endOffsets(partitions);
    }

    /** The lowest offset that {@code partition} still has. */
    long begin(TopicPartition partition) {
        return consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** Where {@code partition} ends now. */
    long end(TopicPartition partition) {
        return ends(List.of(partition)).getOrDefault(partition, 0L);
    }

    /**
     * Visits every record from {@code from} up to {@code end}, and any behind that came along.
     *
     * @throws IOException if nothing comes although there is more
     */
    void readRange(TopicPartition partition, long from, long end, Visitor visitor)
            throws IOException {
        readRange(partition, from, end, visitor, () -> false);
    }

    /** The same, and no more is fetched once it is {@code enough}. */
    void readRange(
            TopicPartition partition, long from, long end, Visitor visitor, BooleanSupplier enough)
            throws IOException {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        readTo(Map.of(partition, end), visitor, enough);
    }

    /** The first offset whose record is not older than {@code millis}, if there is one. */
    Optional<Long> offsetOf(TopicPartition partition, long millis) {
        return Optional.ofNullable(
                        consumer.offsetsForTimes(Map.of(partition, millis)).get(partition))
                .map(OffsetAndTimestamp::offset);
    }

    /** Goes to the beginning of {@code partitions}, and reads no others from now on. */
    public void rewind(Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Goes to one offset of one partition, and reads no others from now on. */
    void seek(TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
    }

    /** Visits what has come in, waiting a little if nothing has. */
    public void poll(Visitor visitor) throws IOException {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            visitor.visit(record);
        }
    }

    /**
     * Visits every record before {@code ends}, and any behind them that came along.
     *
     * @throws IOException if nothing comes although there is more
     */
    public void readTo(Map<TopicPartition, Long> ends, Visitor visitor) throws IOException {
        readTo(ends, visitor, () -> false);
    }

    private void readTo(Map<TopicPartition, Long> ends, Visitor visitor, BooleanSupplier enough)
            throws IOException {
        long before = -1;
        long giveUpNanos = 0;
        while (!enough.getAsBoolean()
                && ends.entrySet().stream()
                        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            poll(visitor);
            long read = ends.keySet().stream().mapToLong(consumer::position).sum();
            if (read != before) {
                before = read;
                giveUpNanos = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException(
                        "nothing has come for %d s, and the log is not read to %s; check that the brokers are up"
                                .formatted(patience.toSeconds(), ends));
            }
        }
    }

    /**
     * Records at the end of {@code partition}: as many as are {@code enough}, or all. Its last
     * offsets may hold none (the marks of transactions, what was aborted), so it is read backwards
     * in growing steps.
     */
    List<ConsumerRecord<byte[], byte[]>> tail(TopicPartition partition, Enough enough)
            throws IOException {
        long begin = begin(partition);
        long end = end(partition);
        for (long back = FIRST_LOOK_BACK; ; back *= 2) {
            long from = Math.max(begin, end - back);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            readRange(partition, from, end, records::add);
            if (from == begin || enough.test(records)) {
                return records;
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
