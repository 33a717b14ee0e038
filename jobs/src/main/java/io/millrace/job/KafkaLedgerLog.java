package io.millrace.job;

import io.millrace.chain.SealedEpoch;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.LedgerTail;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** The end of the ledger's topics, committed records only. */
public final class KafkaLedgerLog implements LedgerLog {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_LOOK_BACK = 16;

    private final String bootstrapServers;

    private KafkaLedgerLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /** A factory that can travel to the TaskManager. */
    public static Factory factory(String bootstrapServers) {
        return new At(bootstrapServers);
    }

    private record At(String bootstrapServers) implements Factory {

        @Override
        public LedgerLog open() {
            return new KafkaLedgerLog(bootstrapServers);
        }

        @Override
        public LedgerTail openTail() {
            return new KafkaLedgerTail(bootstrapServers);
        }
    }

    @Override
    public Recorded read(CheckpointMark awaited) throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
            long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            Recorded recorded = read(consumer);
            while (isBefore(recorded, awaited) && System.nanoTime() - giveUpNanos < 0) {
                consumer.poll(POLL); // nothing comes: the last record has been read
                recorded = read(consumer);
            }
            if (isBefore(recorded, awaited) && isTransactionOpen(consumer)) {
                throw new IOException(
                        "a transaction of the ledger is still open, so whether "
                                + awaited
                                + " was committed is not known yet");
            }
            return recorded;
        } catch (KafkaException e) {
            throw new IOException(
                    "the end of the epoch log at "
                            + bootstrapServers
                            + " cannot be read; check that the brokers are up",
                    e);
        }
    }

    /** The partitions of one transaction become visible one by one. */
    private static boolean isBefore(Recorded recorded, CheckpointMark awaited) {
        return recorded.mark().checkpoint() < awaited.checkpoint()
                || recorded.epoch() < awaited.epoch();
    }

    /** Whether records lie behind the last stable offset, which is where committed reading ends. */
    private boolean isTransactionOpen(KafkaConsumer<byte[], byte[]> committed) {
        List<TopicPartition> ledger =
                List.of(
                        new TopicPartition(Topics.CHECKPOINTS, 0),
                        new TopicPartition(Topics.EPOCHS, 0));
        try (KafkaConsumer<byte[], byte[]> all = consumer("read_uncommitted")) {
            return !all.endOffsets(ledger).equals(committed.endOffsets(ledger));
        }
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
        CheckpointMark mark = last(consumer, Topics.CHECKPOINTS, CheckpointMark.class);
        SealedEpoch part = last(consumer, Topics.EPOCHS, SealedEpoch.class);
        return new Recorded(
                mark == null ? CheckpointMark.NONE : mark,
                part == null ? 0 : part.header().epoch(),
                part == null ? Hex.ZERO_32 : part.hash());
    }

    /** The last visible record; offsets at the end may belong to markers and aborted records. */
    private static <T> @Nullable T last(
            KafkaConsumer<byte[], byte[]> consumer, String topic, Class<T> type)
            throws IOException {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<TopicPartition> only = List.of(partition);
        consumer.assign(only);
        long begin = consumer.beginningOffsets(only).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(only).getOrDefault(partition, 0L);
        for (long back = FIRST_LOOK_BACK; ; back *= 2) {
            long from = Math.max(begin, end - back);
            consumer.seek(partition, from);
            byte[] last = null;
            long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    last = record.value();
                }
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
            if (last != null) {
                return JsonCodec.decode(last, type);
            }
            if (from == begin) {
                return null;
            }
        }
    }
}
