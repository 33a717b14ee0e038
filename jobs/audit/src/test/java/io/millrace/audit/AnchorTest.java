package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An audit goes on where the last one ended, and finds what one from the beginning would. */
class AnchorTest {

    private static final int ACCOUNTS = 20;
    private static final int PER_EPOCH = 30;

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"25,25,45,45", "25,23,45,45", "30,28,30,30", "29,29,61,58", "1,0,12,11"})
    void audit_fromAnchor_asFromTheBeginning(long sealed, long settled, long more, long settledMore)
            throws IOException {
        Path anchor = folder.resolve("anchor");
        assertThat(judge(ledger(sealed, settled), anchor).ok()).isTrue();
        GeneratedLedger grown = ledger(more, settledMore);

        Books onwards = judge(grown, anchor);

        assertThat(onwards).isEqualTo(judge(ledger(more, settledMore), null));
        assertThat(onwards.ok()).isTrue();
        assertThat(grown.handedOver())
                .as("records that were read again")
                .isEqualTo(5 * (more - sealed) * PER_EPOCH);
    }

    @Test
    void audit_anchorAfterAnchor_asFromTheBeginning() throws IOException {
        Path anchor = folder.resolve("anchor");
        for (long epoch = 3; epoch < 40; epoch += 4) {
            assertThat(judge(ledger(epoch, epoch - 2), anchor))
                    .as("at epoch " + epoch)
                    .isEqualTo(judge(ledger(epoch, epoch - 2), null));
        }
    }

    @Test
    void audit_oldRequestChargedAgainBehindTheAnchor_red() throws IOException {
        Path anchor = anchored(25);
        GeneratedLedger grown = ledger(30, 30);
        Charge old = grown.charge(24 * PER_EPOCH);
        grown.chargeAlteration =
                charge ->
                        charge.sequence() == 40 && charge.requesterAccount() == 3
                                ? Records.with(charge, "requestId", old.requestId())
                                : charge;

        assertThat(failed(judge(grown, anchor))).contains("charges-unique", "request-signatures");
    }

    @Test
    void audit_chargeOfAClosedPositionBehindTheAnchor_red() throws IOException {
        Path anchor = anchored(25);
        GeneratedLedger grown = ledger(30, 30);
        Charge old = grown.charge(5);
        grown.chargeAlteration =
                charge ->
                        charge.sequence() == 40 && charge.requesterAccount() == 3
                                ? Records.with(charge, "at", old.at())
                                : charge;

        assertThat(failed(judge(grown, anchor))).contains("requests-accounted");
    }

    @Test
    void audit_closedChargeSealedAgainBehindTheAnchor_red() throws IOException {
        Path anchor = anchored(25);
        GeneratedLedger grown = ledger(30, 30);
        Charge old = grown.charge(24 * PER_EPOCH);
        AtomicReference<@Nullable String> once = new AtomicReference<>();
        grown.receiptAlteration =
                receipt ->
                        once.compareAndSet(null, receipt.charge().requestId())
                                ? Records.with(receipt, "charge", old)
                                : receipt;

        assertThat(failed(judge(grown, anchor)))
                .contains("receipts-match-charges", "epoch-receipts");
    }

    @Test
    void audit_amountAlteredBehindTheAnchor_redAndTheAnchorStays() throws IOException {
        Path anchor = anchored(25);
        byte[] before = Files.readAllBytes(anchor);
        GeneratedLedger grown = ledger(30, 30);
        grown.chargeAlteration =
                charge ->
                        charge.sequence() == 40
                                ? Records.with(charge, "debitNano", BigInteger.TEN)
                                : charge;

        assertThat(failed(judge(grown, anchor))).contains("charge-prices", "charge-double-entry");
        assertThat(Files.readAllBytes(anchor)).isEqualTo(before);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(anchor);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.35, 0.6, 0.85, 0.999})
    void audit_tamperedAnchor_refused(double where) throws IOException {
        Path anchor = anchored(25);
        byte[] bytes = Files.readAllBytes(anchor);
        bytes[(int) (where * bytes.length)] ^= 1;
        Files.write(anchor, bytes);

        assertThatThrownBy(() -> judge(ledger(30, 30), anchor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is refused");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 40, 500})
    void audit_anchorCutOff_refused(int length) throws IOException {
        Path anchor = anchored(25);
        byte[] bytes = Files.readAllBytes(anchor);
        Files.write(anchor, java.util.Arrays.copyOf(bytes, length));

        assertThatThrownBy(() -> judge(ledger(30, 30), anchor))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is refused");
    }

    private Path anchored(long epochs) throws IOException {
        Path anchor = folder.resolve("anchor");
        assertThat(failed(judge(ledger(epochs, epochs), anchor))).isEmpty();
        return anchor;
    }

    private static GeneratedLedger ledger(long sealed, long settled) {
        return new GeneratedLedger(ACCOUNTS, PER_EPOCH, sealed, settled);
    }

    private static Books judge(GeneratedLedger ledger, @Nullable Path anchor) throws IOException {
        return Audit.judge(
                ledger, false, Audit.Settings.defaults().withAnchor(anchor), Progress.silent());
    }

    private static List<String> failed(Books books) {
        return books.checks().stream().filter(check -> !check.ok()).map(Check::name).toList();
    }
}
