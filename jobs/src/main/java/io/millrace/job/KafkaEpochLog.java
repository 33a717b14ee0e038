package io.millrace.job;

import io.millrace.chain.SealedEpoch;
import io.millrace.chain.submit.EpochLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The end of the topic {@code settlement.epochs}. Its last offsets may hold what is no part (the
 * marks of transactions, an aborted one), so it is read backwards in growing steps.
 */
record KafkaEpochLog(String bootstrapServers) implements EpochLog {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_STEP = 16;

    @Override
    public Optional<SealedEpoch> newest() throws IOException {
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.EPOCHS, 0);
            consumer.assign(List.of(partition));
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            SealedEpoch last = null;
            for (long step = FIRST_STEP, from = end; last == null && from > begin; step *= 4) {
                from = Math.max(begin, end - step);
                last = lastIn(consumer, partition, from, end);
            }
            return Optional.ofNullable(last);
        } catch (KafkaException e) {
            throw new IOException(
                    "topic " + Topics.EPOCHS + " at " + bootstrapServers + " cannot be read", e);
        }
    }

    private static @Nullable SealedEpoch lastIn(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long end)
            throws IOException {
        consumer.seek(partition, from);
        SealedEpoch last = null;
        long startNanos = System.nanoTime();
        while (consumer.position(partition) < end) {
            if (System.nanoTime() - startNanos > PATIENCE.toNanos()) {
                throw new IOException(
                        "topic "
                                + Topics.EPOCHS
                                + " could not be read to offset "
                                + end
                                + " within "
                                + PATIENCE.toSeconds()
                                + " s; check that the brokers are up");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                last = JsonCodec.decode(record.value(), SealedEpoch.class);
            }
        }
        return last;
    }
}
