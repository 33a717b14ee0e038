package io.millrace.watch.defend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.RecordDecoder;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.TopicReader;
import io.millrace.watch.follow.TopicFollower;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks them up in the topics themselves, from a time on, and keeps nothing: an answer needs those
 * of one epoch. A record that nobody can read is as good as none.
 */
final class TopicRecords implements Records {

    private static final Logger LOG = LoggerFactory.getLogger(TopicRecords.class);

    private final KafkaAccess kafka;

    TopicRecords(KafkaAccess kafka) {
        this.kafka = kafka;
    }

    @Override
    public void receipts(long sinceMillis, Predicate<Receipt> wantsMore) {
        search(
                TopicFollower.RECEIPTS,
                sinceMillis,
                record ->
                        wantsMore.test(
                                RecordDecoder.receipt(RecordDecoder.fields(record.value()))));
    }

    @Override
    public void evidence(Set<String> requestIds, long sinceMillis, Predicate<Evidence> wantsMore) {
        search(
                Evidence.TOPIC,
                sinceMillis,
                record ->
                        record.key() == null
                                || !requestIds.contains(new String(record.key(), US_ASCII))
                                || wantsMore.test(Evidence.of(record.key(), record.value())));
    }

    /** Takes one record. */
    @FunctionalInterface
    private interface Taker {

        /** Whether it wants more. */
        boolean take(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    private void search(String topic, long sinceMillis, Taker taker) {
        try (TopicReader reader = new TopicReader(kafka, List.of(topic))) {
            Map<String, Long> starts =
                    sinceMillis <= 0 ? Map.of() : reader.startsSince(sinceMillis);
            reader.search(topic, starts, Progress.silent(), record -> took(taker, record));
        }
    }

    private static boolean took(Taker taker, ConsumerRecord<byte[], byte[]> record) {
        try {
            return taker.take(record);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn(
                    "{}-{}@{} is not readable, as good as missing: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            return true;
        }
    }
}
