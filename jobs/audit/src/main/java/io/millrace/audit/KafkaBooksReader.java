package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRange;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.TopicReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the topics into plain records. Keeps of a request its hashes, of a result its price. */
final class KafkaBooksReader {

    static final String REQUESTS = KafkaBooks.REQUESTS;
    private static final String RESULTS = "inference.results";
    private static final String REJECTIONS = "inference.rejections";
    private static final String CHARGES = "inference.charges";
    static final String EPOCHS = "settlement.epochs";
    static final String RECEIPTS = "settlement.receipts";

    /** Header of a record without a value that only moves the clock. */
    private static final String TICK_HEADER = "millrace-tick";

    /**
     * Consequences before causes, so that whatever is seen has its cause seen too, though records
     * arrive meanwhile. Results come after the charges: one is published no later than the other.
     * So does evidence, which is published with them.
     */
    private static final List<String> ORDER =
            List.of(RECEIPTS, EPOCHS, CHARGES, Evidence.TOPIC, RESULTS, REJECTIONS, REQUESTS);

    /** What an audit needs from where it begins. */
    private static final List<String> KEPT =
            ORDER.stream().filter(topic -> !topic.equals(Evidence.TOPIC)).toList();

    private final TopicReader reader;
    private final Map<String, Long> starts;
    private final KafkaBooks.Sink sink;
    private final Progress progress;

    private KafkaBooksReader(
            TopicReader reader, Map<String, Long> starts, KafkaBooks.Sink sink, Progress progress) {
        this.reader = reader;
        this.starts = starts;
        this.sink = sink;
        this.progress = progress;
    }

    /**
     * Where the topics ended.
     *
     * @param positions next offset of each partition
     */
    record Ends(Map<String, Long> positions, Set<Integer> requestPartitions) {}

    /** Everything that is committed there now, from {@code starts} on. */
    static Ends read(
            KafkaAccess kafka, Map<String, Long> starts, KafkaBooks.Sink sink, Progress progress) {
        try (TopicReader reader = new TopicReader(kafka, ORDER)) {
            new KafkaBooksReader(reader, starts, sink, progress).readAll();
            return new Ends(reader.ends(), reader.partitionsOf(REQUESTS));
        }
    }

    private void readAll() {
        reader.forEach(
                REQUESTS,
                starts,
                progress,
                record -> {
                    sink.appended(record.partition(), record.timestamp());
                    if (!isTick(record)) {
                        sink.request(request(record));
                    }
                });
        records(REJECTIONS, RecordDecoder::rejection, sink::rejection);
        records(CHARGES, RecordDecoder::charge, sink::charge);
        records(RESULTS, RecordDecoder::result, sink::result);
        records(EPOCHS, RecordDecoder::sealed, sink::sealed);
        records(RECEIPTS, RecordDecoder::receipt, sink::receipt);
        sink.evidenceRange(
                new EvidenceRange(
                        reader.firstMillis(Evidence.TOPIC),
                        !reader.missing(Evidence.TOPIC, Map.of()).isEmpty(),
                        System.currentTimeMillis()));
        evidence();
        KEPT.forEach(topic -> reader.missing(topic, starts).forEach(sink::defect));
    }

    private <T> void records(String topic, Function<JsonFields, T> decoder, Consumer<T> action) {
        reader.forEach(
                topic,
                starts,
                progress,
                record -> {
                    T decoded;
                    try {
                        decoded = decoder.apply(RecordDecoder.fields(record.value()));
                    } catch (IOException | IllegalArgumentException e) {
                        unreadable(record, e);
                        return;
                    }
                    action.accept(decoded);
                });
    }

    private void evidence() {
        reader.forEach(
                Evidence.TOPIC,
                starts,
                progress,
                record -> {
                    Evidence evidence;
                    try {
                        evidence = Evidence.of(record.key(), record.value());
                    } catch (IOException e) {
                        unreadable(record, e);
                        return;
                    }
                    sink.evidence(evidence);
                });
    }

    private void unreadable(ConsumerRecord<byte[], byte[]> record, Exception why) {
        sink.defect(
                "%s-%d@%d is not readable: %s"
                        .formatted(
                                record.topic(),
                                record.partition(),
                                record.offset(),
                                why.getMessage()));
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
