package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The receipts of a large cut, and what one of its shards releases, may be visible only after the
 * cut's first epoch: that is no difference until they are due.
 */
class HalfVisibleCutTest {

    private static final int ACCOUNTS = 20;
    private static final int PER_EPOCH = 1_040;

    @TempDir private Path folder;

    @Test
    void receiptsOfTheNewestCut_notYet() {
        SampleBooks books = SampleBooks.running(1);
        books.receipts.removeIf(isLast(3));
        Books judged = books.evidence().judge();

        assertThat(failed(judged)).isEmpty();
        assertThat(judged.ok()).isTrue();
        assertThat(check(judged, "epoch-receipts").notYet()).isEqualTo(1);
        assertThat(check(judged, "epoch-receipts").detail()).endsWith(", 1 not yet");
        assertThat(judged.lines()).contains("not yet epoch-receipts");
        assertThat(judged.toJson().get("checks"))
                .filteredOn(check -> check.get("name").asText().equals("epoch-receipts"))
                .singleElement()
                .satisfies(check -> assertThat(check.get("notYet").asLong()).isEqualTo(1));
    }

    /** Their debits have left the vault, and nothing shows yet whose they were. */
    @Test
    void receiptsOfASettledCut_noneVisible_notYet() {
        SampleBooks books = SampleBooks.atRest(1);
        books.requireSettled = false;
        books.receipts.removeIf(receipt -> receipt.epoch() == 3);

        assertThat(failed(books.evidence().judge())).isEmpty();
    }

    @Test
    void receiptsOfTheNewestCut_atRest_differ() {
        SampleBooks books = SampleBooks.atRest(1);
        books.receipts.removeIf(isLast(3));

        assertThat(names(books.evidence().judge())).contains("epoch-receipts");
    }

    @Test
    void receiptsOfAnOlderSmallCut_differ() {
        SampleBooks books = SampleBooks.running(1);
        books.receipts.removeIf(isLast(2));

        assertThat(names(books.evidence().judge())).contains("epoch-receipts", "epoch-postings");
    }

    @Test
    void receiptOfTheNewestCut_falsified_differsThoughOthersAreNotYetThere() {
        SampleBooks books = SampleBooks.running(1);
        books.receipts.removeIf(isLast(3));
        Receipt first =
                books.receipts.stream().filter(one -> one.epoch() == 3).findFirst().orElseThrow();
        int at = books.receipts.indexOf(first);
        Records.alter(books.receipts, Receipt.class, at, "index", 1L);
        assertThat(names(books.evidence().judge())).containsExactly("epoch-receipts");

        books.receipts.set(
                at,
                Records.with(
                        first,
                        "charge",
                        Records.with(first.charge(), "debitNano", BigInteger.valueOf(1L << 40))));
        assertThat(names(books.evidence().judge()))
                .contains("epoch-receipts", "epoch-postings", "receipts-match-charges");
    }

    @Test
    void largeCut_aThousandVisibleBehindALaterCut_notYetAndThenWhole() throws IOException {
        assertThat(names(judge(ledger(2, 2, isOf(1).and(isFrom(100))), null))).isEmpty();
        assertThat(names(judge(ledger(2, 2, receipt -> false), null))).isEmpty();
    }

    @Test
    void largeCut_fewerVisibleBehindALaterCut_differs() throws IOException {
        assertThat(names(judge(ledger(2, 2, isOf(1).and(isFrom(90))), null)))
                .contains("epoch-receipts");
    }

    /** What an anchor takes for closed is never looked at again. */
    @Test
    void anchor_settledCutNotYetWhole_isNotMovedBeyondIt() throws IOException {
        Path anchor = folder.resolve("anchor");
        assertThat(judge(ledger(1, 1, receipt -> false), anchor).ok()).isTrue();
        byte[] before = Files.readAllBytes(anchor);

        Books half = judge(ledger(2, 2, isOf(2).and(isFrom(100))), anchor);

        assertThat(half.ok()).isTrue();
        assertThat(Files.readAllBytes(anchor)).isEqualTo(before);
        Books whole = judge(ledger(2, 2, receipt -> false), anchor);
        assertThat(whole).isEqualTo(judge(ledger(2, 2, receipt -> false), null));
        assertThat(whole.ok()).isTrue();
    }

    @Test
    void withdrawalThatTheNewestCutHasHeardOf_notYet_atRestADifference() {
        SampleBooks books = SampleBooks.running(1);
        Falsify.ask(books, 3, 30);
        Books judged = books.evidence().judge();

        assertThat(failed(judged)).isEmpty();
        assertThat(check(judged, "withdrawals-answered").notYet()).isEqualTo(1);

        books.requireSettled = true;
        assertThat(names(books.evidence().judge())).contains("withdrawals-answered");
    }

    /** Its shard's rest follows in the same cut, so the epoch of another ends the waiting. */
    @Test
    void withdrawalThatAnOlderCutHasHeardOf_differs() {
        SampleBooks books = SampleBooks.running(1);
        Falsify.ask(books, 3, 20);

        assertThat(names(books.evidence().judge())).containsExactly("withdrawals-answered");
    }

    private static GeneratedLedger ledger(long sealed, long settled, Predicate<Receipt> hidden) {
        GeneratedLedger ledger = new GeneratedLedger(ACCOUNTS, PER_EPOCH, sealed, settled);
        ledger.hidden = hidden;
        return ledger;
    }

    private static Predicate<Receipt> isOf(long epoch) {
        return receipt -> receipt.epoch() == epoch;
    }

    /** Of each of sixteen shards the receipts from {@code index} on. */
    private static Predicate<Receipt> isFrom(long index) {
        return receipt -> receipt.index() >= index;
    }

    /** The last of each shard. */
    private static Predicate<Receipt> isLast(long epoch) {
        return isOf(epoch).and(isFrom(1));
    }

    private static Books judge(GeneratedLedger ledger, @Nullable Path anchor) throws IOException {
        return Audit.judge(
                ledger, false, Audit.Settings.defaults().withAnchor(anchor), Progress.silent());
    }

    private static List<Check> failed(Books books) {
        return books.checks().stream().filter(check -> !check.ok()).toList();
    }

    private static List<String> names(Books books) {
        return failed(books).stream().map(Check::name).toList();
    }

    private static Check check(Books books, String name) {
        return books.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
