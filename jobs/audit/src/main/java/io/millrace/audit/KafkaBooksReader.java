package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the topics into plain records. Keeps of a request its hashes, of a result its price. */
final class KafkaBooksReader {

    private static final String REQUESTS = "inference.requests";
    private static final String RESULTS = "inference.results";
    private static final String REJECTIONS = "inference.rejections";
    private static final String CHARGES = "inference.charges";
    private static final String EPOCHS = "settlement.epochs";
    private static final String RECEIPTS = "settlement.receipts";

    /** Header of a record without a value that only moves the clock. */
    private static final String TICK_HEADER = "millrace-tick";

    /**
     * Consequences before causes, so that whatever is seen has its cause seen too, though records
     * arrive meanwhile. Results come after the charges: one is published no later than the other.
     */
    private static final List<String> ORDER =
            List.of(RECEIPTS, EPOCHS, CHARGES, RESULTS, REJECTIONS, REQUESTS);

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
                    REQUESTS,
                    record -> {
                        newestMillis = Math.max(newestMillis, record.timestamp());
                        if (!isTick(record)) {
                            requests.add(request(record));
                        }
                    });
            List<Rejection> rejections = records(reader, REJECTIONS, RecordDecoder::rejection);
            List<Charge> charges = records(reader, CHARGES, RecordDecoder::charge);
            List<Result> results = records(reader, RESULTS, RecordDecoder::result);
            List<Sealed> epochs = records(reader, EPOCHS, RecordDecoder::sealed);
            List<Receipt> receipts = records(reader, RECEIPTS, RecordDecoder::receipt);
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
        return record.value() == null && record.headers().lastHeader(TICK_HEADER) != null;
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
