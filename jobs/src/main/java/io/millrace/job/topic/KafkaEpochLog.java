package io.millrace.job.topic;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.EpochLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The end of the topic {@code settlement.epochs}. */
public record KafkaEpochLog(String bootstrapServers) implements EpochLog {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition EPOCHS = new TopicPartition(Topics.EPOCHS, 0);

    @Override
    public Optional<SealedPart> newest() throws IOException {
        try (LogReader log = LogReader.ofCommitted(bootstrapServers, PATIENCE)) {
            return newest(log);
        } catch (KafkaException e) {
            throw new IOException(
                    "topic " + Topics.EPOCHS + " at " + bootstrapServers + " cannot be read", e);
        }
    }

    /** The newest part that is committed, by a reader of what is committed. */
    static Optional<SealedPart> newest(LogReader log) throws IOException {
        List<ConsumerRecord<byte[], byte[]>> parts =
                log.tail(EPOCHS, records -> !records.isEmpty());
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        JsonCodec.decode(parts.get(parts.size() - 1).value(), SealedPart.class));
    }
}
