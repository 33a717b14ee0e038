package io.millrace.job.topic;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.StoredEpochs;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.PartPlace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The topic {@code settlement.epochs}: its end, and any part of it. */
public record KafkaEpochLog(Brokers brokers) implements StoredEpochs {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition EPOCHS = new TopicPartition(Topics.EPOCHS, 0);

    @Override
    public Optional<SealedPart> newest() throws IOException {
        try (LogReader log = LogReader.ofCommitted(brokers, PATIENCE)) {
            return newest(log);
        } catch (KafkaException e) {
            throw unreadable(e);
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

    /** By the time of its record, and if it is not behind that, from the beginning on. */
    @Override
    public List<LoggedPart> read(PartPlace first, int most) throws IOException {
        try (LogReader log = LogReader.ofCommitted(brokers, PATIENCE)) {
            long begin = log.begin(EPOCHS);
            long at =
                    first.loggedMillis() > 0
                            ? log.offsetOf(EPOCHS, first.loggedMillis()).orElse(begin)
                            : begin;
            List<LoggedPart> parts = read(log, at, first, most);
            return parts.isEmpty() && at > begin ? read(log, begin, first, most) : parts;
        } catch (KafkaException e) {
            throw unreadable(e);
        }
    }

    private static List<LoggedPart> read(LogReader log, long from, PartPlace first, int most)
            throws IOException {
        List<LoggedPart> parts = new ArrayList<>();
        log.readRange(
                EPOCHS,
                from,
                log.end(EPOCHS),
                record -> {
                    if (parts.size() == most) {
                        return; // came along
                    }
                    LoggedPart logged =
                            new LoggedPart(
                                    JsonCodec.decode(record.value(), SealedPart.class),
                                    record.timestamp());
                    if (!parts.isEmpty() || first.isOf(logged)) {
                        parts.add(logged);
                    }
                },
                () -> parts.size() == most);
        return parts;
    }

    private IOException unreadable(KafkaException e) {
        return new IOException("topic " + Topics.EPOCHS + " at " + brokers + " cannot be read", e);
    }
}
