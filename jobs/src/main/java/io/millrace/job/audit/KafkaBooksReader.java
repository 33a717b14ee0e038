package io.millrace.job.audit;

import io.millrace.job.Topics;
import io.millrace.job.audit.KafkaBooks.Charge;
import io.millrace.job.audit.KafkaBooks.Position;
import io.millrace.job.audit.KafkaBooks.Receipt;
import io.millrace.job.audit.KafkaBooks.Rejection;
import io.millrace.job.audit.KafkaBooks.Request;
import io.millrace.job.audit.KafkaBooks.Result;
import io.millrace.job.audit.KafkaBooks.Sealed;
import io.millrace.job.audit.KafkaBooks.SignedRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the topics into plain records. Keeps of a request its hashes, of a result its price. */
final class KafkaBooksReader {

    /**
     * Consequences before causes, so that whatever is seen has its cause seen too, though records
     * arrive meanwhile. Results come after the charges: one is published no later than the other.
     */
    private static final List<String> ORDER =
            List.of(
                    Topics.RECEIPTS,
                    Topics.EPOCHS,
                    Topics.CHARGES,
                    Topics.RESULTS,
                    Topics.REJECTIONS,
                    Topics.REQUESTS);

    private final List<String> defects = new ArrayList<>();
    private long newestMillis;

    private KafkaBooksReader() {}

    /** Everything committed at {@code bootstrapServers} now. */
    static KafkaBooks read(String bootstrapServers) {
        return new KafkaBooksReader().readAll(bootstrapServers);
    }

    private KafkaBooks readAll(String bootstrapServers) {
        try (TopicReader reader = new TopicReader(bootstrapServers, ORDER)) {
            List<Request> requests = new ArrayList<>();
            reader.forEach(
                    Topics.REQUESTS,
                    record -> {
                        newestMillis = Math.max(newestMillis, record.timestamp());
                        if (!isTick(record)) {
                            requests.add(request(record));
                        }
                    });
            List<Rejection> rejections =
                    records(reader, Topics.REJECTIONS, RecordDecoder::rejection);
            List<Charge> charges = records(reader, Topics.CHARGES, RecordDecoder::charge);
            List<Result> results = records(reader, Topics.RESULTS, RecordDecoder::result);
            List<Sealed> epochs = records(reader, Topics.EPOCHS, RecordDecoder::sealed);
            List<Receipt> receipts = records(reader, Topics.RECEIPTS, RecordDecoder::receipt);
            ORDER.forEach(topic -> defects.addAll(reader.missingBeginnings(topic)));
            return new KafkaBooks(
                    defects,
                    newestMillis,
                    requests,
                    rejections,
                    charges,
                    results,
                    epochs,
                    receipts);
        }
    }

    private <T> List<T> records(TopicReader reader, String topic, Function<JsonFields, T> decoder) {
        List<T> decoded = new ArrayList<>();
        reader.forEach(
                topic,
                record -> {
                    try {
                        decoded.add(decoder.apply(RecordDecoder.fields(record.value())));
                    } catch (IOException | IllegalArgumentException e) {
                        defects.add(
                                topic
                                        + "-"
                                        + record.partition()
                                        + "@"
                                        + record.offset()
                                        + " is not readable: "
                                        + e.getMessage());
                    }
                });
        return decoded;
    }

    /** A client may forge the header, but what has a value is answered, and so accounted for. */
    private static boolean isTick(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null && record.headers().lastHeader(Topics.TICK_HEADER) != null;
    }

    private static Request request(ConsumerRecord<byte[], byte[]> record) {
        SignedRequest signed = null;
        try {
            signed = RecordDecoder.signed(RecordDecoder.fields(record.value()));
        } catch (IOException | IllegalArgumentException e) {
            // Anyone may write here: what cannot be read must have been refused, no more.
        }
        return new Request(
                new Position(record.partition(), record.offset()), record.timestamp(), signed);
    }
}
