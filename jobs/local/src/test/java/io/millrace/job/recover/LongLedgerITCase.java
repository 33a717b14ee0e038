package io.millrace.job.recover;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobConfig;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.KafkaEpochLog;
import io.millrace.job.topic.KafkaLedgerLog;
import io.millrace.job.topic.KafkaSubmissionJournal;
import io.millrace.local.stack.SharedBroker;
import io.millrace.settle.SentMark;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ledger that grows: neither what recover holds of it nor what a start reads of it grows with it.
 *
 * <p>By hand: {@code -Dmillrace.ledger.epochs=100000}, a ledger of 10^7 receipts, in a JVM of 512
 * MB and on a disk with 60 GB of room for {@code java.io.tmpdir}.
 */
class LongLedgerITCase {

    private static final int EPOCHS = Integer.getInteger("millrace.ledger.epochs", 200);
    private static final OpenTransactions.Ended NONE_OPEN =
            new OpenTransactions.Ended(List.of(), List.of());

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(2);

    @TempDir private Path folder;

    @Test
    void recover_ledgerGrowsFourfold_holdsNoMoreOfIt() throws Exception {
        String servers = BROKER.servers();
        JobConfig config = JobConfig.fromMap(BrokerOptions.of(servers), 2);
        GeneratedBooks books =
                new GeneratedBooks(config.chain().domain(), config.settle().shardDepth());
        books.lengthen(servers, EPOCHS / 4);
        long held = held(config, books);
        books.lengthen(servers, EPOCHS - EPOCHS / 4);
        assertThat(held(config, books))
                .as("objects held of a ledger four times as long")
                .isLessThan(held + held / 10 + 100);

        timed("start", () -> startReads(servers));
        timed("recover", () -> assertRecovers(config, books));
    }

    private void assertRecovers(JobConfig config, GeneratedBooks books) throws Exception {
        Recovery.Report report =
                Recovery.rebuild(
                        config,
                        books,
                        folder.resolve("savepoints").toUri().toString(),
                        System.err::println,
                        NONE_OPEN);
        assertThat(report.epoch()).isEqualTo(EPOCHS);
        assertThat(report.charges()).isEqualTo(books.charged());
        assertThat(report.unsealed()).isEqualTo(GeneratedBooks.UNSEALED);
        assertThat(report.mended()).isEmpty();
    }

    /** What the job asks its topics for before it goes on. */
    private static void startReads(String servers) throws Exception {
        long beganNanos = System.nanoTime();
        assertThat(new KafkaEpochLog(Brokers.at(servers)).newest().orElseThrow().header().epoch())
                .isEqualTo(EPOCHS);
        assertThat(
                        KafkaLedgerLog.factory(Brokers.at(servers), Duration.ofMinutes(15))
                                .open()
                                .read(SentMark.NONE)
                                .newest()
                                .epoch())
                .isEqualTo(EPOCHS);
        try (var journal =
                KafkaSubmissionJournal.factory(
                                Brokers.at(servers), "millrace", "0x" + "aa".repeat(20))
                        .open()) {
            assertThat(journal.history().entries()).isEqualTo(EPOCHS);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
                .isLessThan(Duration.ofSeconds(60));
    }

    /** Objects of ours that are alive once everything is read. */
    private long held(JobConfig config, GeneratedBooks books) throws Exception {
        LedgerReader reader = new LedgerReader(config, books, System.err::println);
        try (LedgerRows rows = LedgerRows.below(folder, config.chain().domain())) {
            LedgerHistory history = reader.read(rows);
            RebuiltLedger ledger =
                    new LedgerRebuild(config.settle().shardDepth(), config.settle().dustMaxCuts())
                            .of(history);
            long objects = objects();
            assertThat(ledger.seal().head().epoch()).isEqualTo(history.epochs().head());
            return objects;
        }
    }

    private static long objects() throws Exception {
        String histogram =
                (String)
                        ManagementFactory.getPlatformMBeanServer()
                                .invoke(
                                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                        "gcClassHistogram",
                                        new Object[] {new String[] {}},
                                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(row -> row.length > 3 && row[3].startsWith("io.millrace."))
                .mapToLong(row -> Long.parseLong(row[1]))
                .sum();
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Says it, where it is a measurement. */
    private static void timed(String what, Step step) throws Exception {
        long beganNanos = System.nanoTime();
        step.run();
        System.err.printf(
                "%s of %d epochs: %.1f s%n", what, EPOCHS, (System.nanoTime() - beganNanos) / 1e9);
    }
}
