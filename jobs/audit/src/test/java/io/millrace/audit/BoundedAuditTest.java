package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an audit holds does not grow with the ledger. */
class BoundedAuditTest {

    private static final long SORT_BYTES = 4L << 20;

    @TempDir private Path folder;

    /**
     * Of evidence there is what a topic holds that keeps it for seven days: in the ledger by hand,
     * of an epoch a minute, the newest tenth. By hand: {@code -Dmillrace.audit.epochs=100000}, a
     * ledger of 10^7 receipts, in a JVM of a gigabyte, prints its rate; {@code
     * -Dmillrace.audit.evidence.days} keeps more.
     */
    @Test
    void audit_longLedger_heldRowsBoundedByTheBuffers() throws IOException {
        long epochs = Long.getLong("millrace.audit.epochs", 1_000);
        GeneratedLedger ledger = new GeneratedLedger(100, 100, epochs, epochs - 2);
        ledger.epochMillis = Math.max(60_000, Duration.ofDays(10).toMillis() / epochs);
        ledger.evidenceMillis =
                Duration.ofDays(Long.getLong("millrace.audit.evidence.days", 7)).toMillis();
        long bytes = Long.getLong("millrace.audit.sort.bytes", SORT_BYTES);
        Progress progress =
                epochs > 1_000
                        ? new Progress(System.err::println, System::nanoTime)
                        : Progress.silent();
        try (RowStore store = new RowStore(folder, bytes)) {
            Books books =
                    new AuditRun(ledger, false, AnchorState.beginning(0), null, store, progress)
                            .run(null);

            assertThat(books.checks()).allMatch(Books.Check::ok);
            long aged = ledger.receipts() - ledger.defended();
            assertThat(aged).isPositive();
            assertThat(books.lines())
                    .contains(
                            "%d charges as both signed, %d older than what is kept of it"
                                    .formatted(ledger.defended(), aged));
            assertThat(store.rows()).isGreaterThan(6 * ledger.receipts());
            assertThat(store.peakBytes())
                    .as("bytes of rows in memory at once")
                    .isLessThan(bytes + (1 << 16));
            assertThat(store.peakRows()).isLessThan(store.rows() / 20);
            assertThat(store.spilledBytes()).isGreaterThan(10 * bytes);
        }
    }
}
