package io.millrace.job;

import io.millrace.chain.SealedPart;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.LedgerTail;
import io.millrace.settle.SentMark;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The end of the ledger's topics, committed records only. */
public final class KafkaLedgerLog implements LedgerLog {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_LOOK_BACK = 16;

    private final String bootstrapServers;
    private final Duration patience;

    /**
     * @param patience with transactions that are still open, and with brokers
     */
    KafkaLedgerLog(String bootstrapServers, Duration patience) {
        this.bootstrapServers = bootstrapServers;
        this.patience = patience;
    }

    /** A factory that can travel to the TaskManager. */
    public static Factory factory(String bootstrapServers) {
        return new At(bootstrapServers);
    }

    private record At(String bootstrapServers) implements Factory {

        @Override
        public LedgerLog open() {
            return new KafkaLedgerLog(bootstrapServers, PATIENCE);
        }

        @Override
        public LedgerTail openTail() {
            return new KafkaLedgerTail(bootstrapServers);
        }
    }

    @Override
    public Recorded read(SentMark awaited) throws IOException {
        try (KafkaConsumer<byte[], byte[]> committed = consumer("read_committed");
                KafkaConsumer<byte[], byte[]> all = consumer("read_uncommitted")) {
            long giveUpNanos = System.nanoTime() + patience.toNanos();
            while (true) {
                // Asked first: if none is open, all that can become visible is read after it.
                boolean open = isTransactionOpen(committed, all);
                Recorded recorded = read(committed);
                if (!open || !isBefore(recorded, awaited)) {
                    return recorded;
                }
                if (System.nanoTime() - giveUpNanos > 0) {
                    throw new IOException(
                            "a transaction of the ledger is still open, so whether "
                                    + awaited.mark()
                                    + " was committed is not known yet");
                }
                committed.poll(POLL); // nothing comes: the last record has been read
            }
        } catch (KafkaException e) {
            throw new IOException(
                    "the end of the epoch log at "
                            + bootstrapServers
                            + " cannot be read; check that the brokers are up",
                    e);
        }
    }

    /** The partitions of one transaction become visible one by one. */
    private static boolean isBefore(Recorded recorded, SentMark awaited) {
        long checkpoint = awaited.mark().checkpoint();
        return recorded.newest().checkpoint() < checkpoint
                || recorded.epoch() < awaited.mark().epoch()
                || recorded.lacking(awaited).stream()
                        .map(sink -> recorded.marks().getOrDefault(sink, CheckpointMark.NONE))
                        .anyMatch(mark -> mark.checkpoint() < checkpoint);
    }

    /** Whether records lie behind the last stable offset, which is where committed reading ends. */
    private static boolean isTransactionOpen(
            KafkaConsumer<byte[], byte[]> committed, KafkaConsumer<byte[], byte[]> all) {
        List<TopicPartition> ledger =
                List.of(
                        new TopicPartition(Topics.CHECKPOINTS, 0),
                        new TopicPartition(Topics.EPOCHS, 0));
        return !all.endOffsets(ledger).equals(committed.endOffsets(ledger));
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", isolation,
                        "enable.auto.commit", "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static Recorded read(KafkaConsumer<byte[], byte[]> consumer) throws IOException {
        SealedPart part = null;
        for (ConsumerRecord<byte[], byte[]> record :
                tail(consumer, Topics.EPOCHS, records -> !records.isEmpty())) {
            part = JsonCodec.decode(record.value(), SealedPart.class);
        }
        return new Recorded(
                marks(consumer),
                part == null ? 0 : part.header().epoch(),
                part == null ? Hex.ZERO_32 : part.hash());
    }

    /**
     * The last of each sink, at least of those that marked the newest checkpoint: its marks lie
     * behind all of the one before, since a checkpoint begins when the one before is complete.
     */
    private static Map<String, CheckpointMark> marks(KafkaConsumer<byte[], byte[]> consumer)
            throws IOException {
        Map<String, CheckpointMark> marks = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                tail(consumer, Topics.CHECKPOINTS, KafkaLedgerLog::isOfTwoCheckpoints)) {
            marks.put(
                    new String(record.key(), StandardCharsets.UTF_8),
                    JsonCodec.decode(record.value(), CheckpointMark.class));
        }
        return marks;
    }

    private static boolean isOfTwoCheckpoints(List<ConsumerRecord<byte[], byte[]>> marks)
            throws IOException {
        Set<Long> checkpoints = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : marks) {
            checkpoints.add(JsonCodec.decode(record.value(), CheckpointMark.class).checkpoint());
        }
        return checkpoints.size() > 1;
    }

    /** Whether records of a topic's end are enough. */
    @FunctionalInterface
    private interface Enough {
        boolean test(List<ConsumerRecord<byte[], byte[]>> records) throws IOException;
    }

    /** Records of the end; offsets there may belong to markers and aborted records. */
    private static List<ConsumerRecord<byte[], byte[]>> tail(
            KafkaConsumer<byte[], byte[]> consumer, String topic, Enough enough)
            throws IOException {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long begin = consumer.beginningOffsets(only).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(only).getOrDefault(partition, 0L);
        for (long back = FIRST_LOOK_BACK; ; back *= 2) {
            long from = Math.max(begin, end - back);
            consumer.seek(partition, from);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).forEach(records::add);
                if (System.nanoTime() - giveUpNanos > 0) {
                    throw new IOException(
                            "topic "
                                    + topic
                                    + " could not be read to offset "
                                    + end
                                    + " in "
                                    + PATIENCE.toSeconds()
                                    + " s; check that the brokers are up");
                }
            }
            if (from == begin || enough.test(records)) {
                return records;
            }
        }
    }
}
