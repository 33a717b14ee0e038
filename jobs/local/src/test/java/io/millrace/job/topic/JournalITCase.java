package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.KafkaBroker;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

/** The submitter's journal on a real broker that is killed, and whose disk loses what it wrote. */
class JournalITCase {

    private static final String VAULT = "0x" + "ab".repeat(20);

    /** Bytes of the batch with which Kafka ends a transaction. */
    private static final int MARKER_BYTES = 78;

    @TempDir private Path folder;
    private KafkaBroker broker;
    private String servers;

    @BeforeEach
    void start() throws Exception {
        broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(),
                        folder.resolve("kafka"),
                        folder.resolve("kafka.log"));
        broker.process().start();
        servers = broker.bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            NewTopic topic =
                    new NewTopic(Topics.TRANSACTIONS, 1, (short) 1)
                            .configs(Map.of("flush.messages", "1"));
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.process().close();
    }

    @Test
    void journal_brokerKilledAndTailTorn_prefixIsReadAndAppendingGoesOn() throws Exception {
        try (SubmissionJournal journal = open()) {
            for (int i = 1; i <= 3; i++) {
                journal.append(entry(i));
            }
            broker.process().kill();
        }
        truncate(MARKER_BYTES + 10); // the last entry and the end of its transaction
        broker.process().start();

        try (SubmissionJournal journal = open()) {
            assertThat(journal.readAll())
                    .as("what was whole on disk, nothing half")
                    .containsExactly(entry(1), entry(2));
            journal.append(entry(3));
        }
        try (SubmissionJournal journal = open()) { // waits until the one before is committed
            assertThat(journal.readAll()).containsExactly(entry(1), entry(2), entry(3));
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
            assertThat(journal.readAll()).containsExactly(entry(1), entry(2));
        }
    }

    @Test
    void journal_damagedEntryInTheMiddle_haltsNamingItsOffset() throws Exception {
        try (SubmissionJournal journal = open()) {
            journal.append(entry(1));
            long damaged;
            byte[] changed =
                    new String(JsonCodec.encode(entry(2)), StandardCharsets.UTF_8)
                            .replace("\"nonce\":2", "\"nonce\":3")
                            .getBytes(StandardCharsets.UTF_8);
            try (var someone =
                    new KafkaProducer<>(
                            Map.<String, Object>of("bootstrap.servers", servers),
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

            assertThatThrownBy(journal::readAll)
                    .isInstanceOf(SettlementHaltedException.class)
                    .hasMessageContainingAll(
                            "offset " + damaged + " ",
                            Topics.TRANSACTIONS,
                            "another nonce",
                            "bring it back")
                    .extracting(thrown -> ((SettlementHaltedException) thrown).reason())
                    .isEqualTo(Reason.JOURNAL_DAMAGED);
        }
    }

    private SubmissionJournal open() throws Exception {
        return KafkaSubmissionJournal.factory(servers, "test", VAULT).open();
    }

    /** A signed transaction; the same number gives the same bytes. */
    private static SettlementRecord entry(int number) {
        RawTransaction transaction =
                RawTransaction.createTransaction(
                        1,
                        BigInteger.valueOf(number),
                        BigInteger.valueOf(100_000),
                        VAULT,
                        BigInteger.ZERO,
                        "0x01",
                        BigInteger.ONE,
                        BigInteger.TEN);
        byte[] raw =
                TransactionEncoder.signMessage(
                        transaction,
                        Credentials.create(Hex.encode(Keccak.hashUtf8("a key of the tests"))));
        return new SettlementRecord(
                SettlementRecord.State.SIGNED,
                number,
                0,
                Hex.encode(Keccak.hashUtf8("header " + number)),
                number,
                Hex.encode(Keccak.hash(raw)),
                Hex.encode(raw),
                10,
                1,
                0,
                0,
                0);
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
