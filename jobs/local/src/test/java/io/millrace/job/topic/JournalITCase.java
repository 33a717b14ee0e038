package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionHistory.Placed;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.KafkaBroker;
import io.millrace.local.stack.SharedBroker;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TopicCopy;
import io.millrace.local.stack.TopicSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The submitter's journal on a real broker that is killed, and whose disk loses what it wrote. */
class JournalITCase {

    private static final String VAULT = "0x" + "ab".repeat(20);

    /** Bytes of the batch with which Kafka ends a transaction. */
    private static final int MARKER_BYTES = 78;

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @TempDir private Path folder;

    @Test
    void journal_brokerKilledAndTailTorn_prefixIsReadAndAppendingGoesOn() throws Exception {
        KafkaBroker broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(),
                        folder.resolve("kafka"),
                        folder.resolve("kafka.log"));
        String servers = broker.bootstrapServers();
        try (StackProcess process = broker.process()) {
            process.start();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
                TopicSettings.create(admin, 1);
            }
            try (SubmissionJournal journal = open(servers)) {
                for (int i = 1; i <= 3; i++) {
                    journal.append(entry(i));
                }
                process.kill();
            }
            truncate(MARKER_BYTES + 10); // the last entry and the end of its transaction
            process.start();

            try (SubmissionJournal journal = open(servers)) {
                assertThat(needed(journal))
                        .as("what was whole on disk, nothing half")
                        .containsExactly(entry(1), entry(2));
                journal.append(entry(3));
            }
            try (SubmissionJournal journal = open(servers)) { // waits for the commit before
                assertThat(needed(journal)).containsExactly(entry(1), entry(2), entry(3));
            }
        }
    }

    @Test
    void journal_takenOver_olderWriterIsFenced() throws Exception {
        try (SubmissionJournal older = open()) {
            older.append(entry(1));
            try (SubmissionJournal newer = open()) {
                assertThatThrownBy(() -> older.append(entry(2)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("not certain to be stored");
                newer.append(entry(2));
            }
        }
        try (SubmissionJournal journal = open()) { // waits until the one before is committed
            assertThat(needed(journal)).containsExactly(entry(1), entry(2));
        }
    }

    @Test
    void journal_damagedEntryInTheMiddle_haltsNamingItsOffsetUntilItIsRestored() throws Exception {
        TopicCopy replica;
        try (SubmissionJournal journal = open()) {
            journal.append(entry(1));
            long damaged;
            byte[] changed =
                    new String(JsonCodec.encode(entry(2)), StandardCharsets.UTF_8)
                            .replace("\"nonce\":2", "\"nonce\":3")
                            .getBytes(StandardCharsets.UTF_8);
            try (var someone =
                    new KafkaProducer<>(
                            Map.<String, Object>of("bootstrap.servers", BROKER.servers()),
                            new ByteArraySerializer(),
                            new ByteArraySerializer())) {
                damaged =
                        someone.send(
                                        new ProducerRecord<>(
                                                Topics.TRANSACTIONS, new byte[1], changed))
                                .get()
                                .offset();
            }
            journal.append(entry(3));

            assertThatThrownBy(journal::history)
                    .isInstanceOf(SettlementHaltedException.class)
                    .hasMessageContainingAll(
                            "offset " + damaged + " ",
                            Topics.TRANSACTIONS,
                            "another nonce",
                            "bring it back")
                    .extracting(thrown -> ((SettlementHaltedException) thrown).reason())
                    .isEqualTo(Reason.JOURNAL_DAMAGED);
            replica =
                    TopicCopy.of(BROKER.servers(), Topics.TRANSACTIONS)
                            .with(damaged, JsonCodec.encode(entry(2)));
        }
        replica.restore(0);
        try (SubmissionJournal journal = open()) {
            assertThat(needed(journal)).containsExactly(entry(1), entry(2), entry(3));
        }
    }

    /** Once a ledger was a year old, its start read tens of gigabytes, into the heap. */
    @Test
    void journal_ofManyEpochs_onlyWhatIsNotFinalIsRead() throws Exception {
        new GeneratedJournal(BROKER.servers()).write(100_000, 20, 200);
        SettlementRecord newest = GeneratedJournal.signed(100_000, 200);

        try (SubmissionJournal journal = open()) {
            SubmissionHistory whole = journal.history();
            assertThat(whole.entries()).as("no entry says from where to read").isEqualTo(199_980);
            assertThat(whole.needed()).as("20 are not final, and the last that is").hasSize(21);
            journal.append(GeneratedJournal.settled(GeneratedJournal.signed(99_981, 200)));
        }
        try (SubmissionJournal journal = open()) {
            SubmissionHistory history = journal.history();
            assertThat(history.entries())
                    .as("since the 256th last that became final")
                    .isLessThanOrEqualTo(600);
            assertThat(history.needed()).extracting(Placed::entry).endsWith(newest).hasSize(20);
        }
    }

    @Test
    void journal_writtenByThisVersion_readFromTheFirstNotFinalOn() throws Exception {
        BROKER.set(Topics.TRANSACTIONS, "flush.messages", "1000000"); // no disk is lost here
        try (SubmissionJournal journal = open()) {
            journal.history();
            for (int epoch = 1; epoch <= 300; epoch++) {
                journal.append(entry(epoch));
                if (epoch > 3) {
                    journal.append(GeneratedJournal.settled(entry(epoch - 3)));
                }
            }
        }
        try (SubmissionJournal journal = open()) {
            SubmissionHistory history = journal.history();
            assertThat(history.entries()).isLessThanOrEqualTo(530);
            assertThat(history.needed())
                    .extracting(placed -> placed.entry().epoch())
                    .as("the last that is final says where nonces go on")
                    .containsExactly(297L, 298L, 299L, 300L);
        }
    }

    /** A topic that was mirrored has other offsets: what a stamp names is not where it says. */
    @Test
    void journal_copiedToOtherOffsets_isReadWhole() throws Exception {
        JournalStamp elsewhere = JournalStamp.of(new Placed(entry(7), 3));
        GeneratedJournal copy = new GeneratedJournal(BROKER.servers());
        copy.send(JournalStamp.unstamped(entry(1)));
        copy.send(JournalStamp.unstamped(entry(2)));
        copy.send(JournalStamp.unstamped(entry(3)));
        copy.send(JournalStamp.unstamped(entry(4)));
        copy.send(elsewhere.on(entry(8)));

        try (SubmissionJournal journal = open()) {
            assertThat(needed(journal))
                    .containsExactly(entry(1), entry(2), entry(3), entry(4), entry(8));
        }
    }

    @Test
    void journal_entryChangedUnderItsStamp_haltsNamingItsOffset() throws Exception {
        JournalStamp stamp = JournalStamp.of(new Placed(entry(1), 0));
        GeneratedJournal forger = new GeneratedJournal(BROKER.servers());
        forger.send(JournalStamp.unstamped(entry(1)));
        var changed = JournalStamp.unstamped(GeneratedJournal.settled(entry(1)));
        changed.headers().add(stamp.on(GeneratedJournal.settled(entry(2))).headers().toArray()[0]);
        long offset = forger.send(changed);

        try (SubmissionJournal journal = open()) {
            assertThatThrownBy(journal::history)
                    .isInstanceOf(SettlementHaltedException.class)
                    .hasMessageContainingAll("offset " + offset + " ", "stamp");
        }
    }

    private static SubmissionJournal open() throws Exception {
        return open(BROKER.servers());
    }

    private static SubmissionJournal open(String servers) throws Exception {
        return KafkaSubmissionJournal.factory(Brokers.at(servers), "test", VAULT).open();
    }

    /** Nothing is final here, so all of it. */
    private static List<SettlementRecord> needed(SubmissionJournal journal) throws Exception {
        return journal.history().needed().stream().map(Placed::entry).toList();
    }

    /** A signed transaction; the same number gives the same bytes. */
    private static SettlementRecord entry(int number) {
        return GeneratedJournal.signed(number, 1);
    }

    /** What the disk had not kept yet: the newest segment ends {@code bytes} earlier. */
    private void truncate(int bytes) throws IOException {
        Path segment;
        try (Stream<Path> files =
                Files.list(folder.resolve("kafka/data/" + Topics.TRANSACTIONS + "-0"))) {
            segment =
                    files.filter(file -> file.toString().endsWith(".log"))
                            .max(Path::compareTo)
                            .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            assertThat(file.length()).isGreaterThan(bytes);
            file.setLength(file.length() - bytes);
        }
    }
}
