package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.TopicReader;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an audit says of its way while the ledger grows. */
class ReadingProgressITCase {

    private static final int TRANSACTIONS = 30;
    private static final int RECORDS = 50;

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    private long nanos;

    /** Of the offsets up to the end, a third is read by nobody, and more come while it reads. */
    @Test
    void reading_marksAbortedRecordsAndAGrowingTail_endsAtAllOfItAndNeverBeyond() {
        List<String> lines = new ArrayList<>();
        Progress progress =
                new Progress(lines::add, () -> nanos += Duration.ofSeconds(6).toNanos());
        List<String> read = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> writer = writer(Map.of());
                TopicReader reader = reader()) {
            reader.forEach(
                    Topics.CHARGES,
                    Map.of(),
                    progress,
                    record -> {
                        read.add(new String(record.value(), UTF_8));
                        var unused = writer.send(record("behind the end"));
                        writer.flush();
                    });
        }
        progress.end();

        int offsets = TRANSACTIONS * (RECORDS + 1);
        assertThat(read).hasSize(TRANSACTIONS * RECORDS * 2 / 3).containsOnly("kept");
        assertThat(lines)
                .as("lines of a long way")
                .hasSizeGreaterThan(2)
                .allMatch(line -> line.startsWith("reading inference.charges, offsets: "));
        assertThat(lines.get(lines.size() - 2))
                .contains(String.format("%,d of %,d (100 %%)", offsets, offsets))
                .endsWith(" 0 s left");
        assertThat(lines.subList(0, lines.size() - 1))
                .allSatisfy(line -> assertThat(percent(line)).as(line).isLessThanOrEqualTo(100));
        assertThat(lines.get(lines.size() - 1))
                .startsWith(String.format("reading inference.charges, offsets: %,d in ", offsets));
    }

    /** Evidence goes on ageing: a long audit finds that what it has not come to yet is gone. */
    @Test
    void reading_beginningAgesOutMeanwhile_goesOnBehindItAndSaysSo() throws Exception {
        int records = 30;
        int aged = 25;
        List<Long> read = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> writer = writer(Map.of());
                Admin admin = Admin.create(Map.of("bootstrap.servers", BROKER.servers()))) {
            for (int i = 0; i < records; i++) {
                // More than one fetch brings along, so that the reader comes back for them.
                writer.send(new ProducerRecord<>(Topics.EVIDENCE, new byte[700_000])).get();
            }
            try (TopicReader reader =
                    new TopicReader(KafkaAccess.at(BROKER.servers()), List.of(Topics.EVIDENCE))) {
                assertThat(reader.missing(Topics.EVIDENCE, Map.of())).isEmpty();
                reader.forEach(
                        Topics.EVIDENCE,
                        Map.of(),
                        Progress.silent(),
                        record -> {
                            if (read.isEmpty()) {
                                age(admin, aged);
                            }
                            read.add(record.offset());
                        });

                assertThat(read).startsWith(0L).endsWith(25L, 26L, 27L, 28L, 29L);
                assertThat(read).as("records before and after the gap").hasSizeLessThan(records);
                assertThat(reader.missing(Topics.EVIDENCE, Map.of()))
                        .singleElement()
                        .asString()
                        .startsWith("inference.evidence-0 begins at offset " + aged);
                assertThat(reader.missing(Topics.EVIDENCE, Map.of("inference.evidence-0", 24L)))
                        .as("one record that no anchor has read")
                        .hasSize(1);
                assertThat(reader.missing(Topics.EVIDENCE, Map.of("inference.evidence-0", 25L)))
                        .as("all that is gone was read by the audit before")
                        .isEmpty();
            }
        }
    }

    private static void age(Admin admin, int before) {
        try {
            admin.deleteRecords(
                            Map.of(
                                    new TopicPartition(Topics.EVIDENCE, 0),
                                    RecordsToDelete.beforeOffset(before)))
                    .all()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the records cannot be deleted", e);
        }
    }

    private static int percent(String line) {
        return Integer.parseInt(line.substring(line.indexOf('(') + 1, line.indexOf(" %")));
    }

    /** Of transactions, every third of which came to nothing. */
    private static TopicReader reader() {
        try (KafkaProducer<byte[], byte[]> writer =
                writer(Map.of("transactional.id", "progress"))) {
            writer.initTransactions();
            for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
                boolean kept = transaction % 3 > 0;
                writer.beginTransaction();
                for (int record = 0; record < RECORDS; record++) {
                    var unused = writer.send(record(kept ? "kept" : "aborted"));
                }
                writer.flush();
                if (kept) {
                    writer.commitTransaction();
                } else {
                    writer.abortTransaction();
                }
            }
        }
        return new TopicReader(KafkaAccess.at(BROKER.servers()), List.of(Topics.CHARGES));
    }

    private static ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>(Topics.CHARGES, value.getBytes(UTF_8));
    }

    private static KafkaProducer<byte[], byte[]> writer(Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", BROKER.servers());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
