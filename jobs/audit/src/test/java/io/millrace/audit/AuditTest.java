package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Voided;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.evidence.EvidenceRange;
import io.millrace.audit.hash.MerkleSum;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditTest {

    private static final List<String> NAMES =
            List.of(
                    "topics-readable",
                    "requests-accounted",
                    "request-signatures",
                    "charges-unique",
                    "charge-terms",
                    "charge-prices",
                    "charge-double-entry",
                    "charge-sequences",
                    "results-complete",
                    "receipts-match-charges",
                    "charge-evidence",
                    "epoch-receipts",
                    "epoch-postings",
                    "epoch-cuts",
                    "epoch-log",
                    "header-chain",
                    "account-owners",
                    "vault-balances",
                    "vault-solvency",
                    "pending-covered",
                    "charges-settled",
                    "withdrawals-answered",
                    "releases-requested",
                    "releases-whole");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void audit_rightBooksOfRunningStack_everyCheckGreen(long seed) {
        Books books = SampleBooks.running(seed).evidence().judge();

        assertThat(failed(books)).as("seed " + seed).isEmpty();
        assertThat(books.ok()).isTrue();
        assertThat(books.checks()).extracting(Check::name).isEqualTo(NAMES);
    }

    /** Nothing was kept of what stands behind charges when they were made, or it has aged out. */
    @Test
    void audit_chargesOlderThanTheEvidence_countedNotFailed() {
        SampleBooks books = SampleBooks.running(3);
        books.evidenceSinceMillis = books.charges.get(4).admittedMillis();
        Set<String> old =
                books.charges.stream().limit(4).map(Charge::requestId).collect(Collectors.toSet());
        books.evidence.removeIf(one -> old.contains(one.requestId()));

        Check line = check(books.evidence().judge(), "charge-evidence");

        assertThat(line.ok()).isTrue();
        assertThat(line.detail())
                .isEqualTo(
                        "%d charges as both signed, 4 older than what is kept of it"
                                .formatted(books.charges.size() - 4));
    }

    @ParameterizedTest
    @CsvSource({"0, 168", "144, 168", "145, 169", "228, 252"})
    void evidenceRange_cutTopic_mustHoldWhatMayBeAskedFor(long answerableHours, long keptHours) {
        long day = 86_400_000;
        long hour = day / 24;
        Duration answerable = Duration.ofHours(answerableHours);
        long since = 100 * day - keptHours * hour + hour;
        assertThat(new EvidenceRange(3 * day, false, 100 * day).sinceMillis(answerable))
                .isEqualTo(3 * day);
        assertThat(new EvidenceRange(3 * day, true, 100 * day).sinceMillis(answerable))
                .as("an hour less, in which the audit reads")
                .isEqualTo(since);
        assertThat(new EvidenceRange(99 * day, true, 100 * day).sinceMillis(answerable))
                .as("the oldest of these were lost, they did not age out")
                .isEqualTo(since);
        assertThat(new EvidenceRange(Long.MAX_VALUE, true, 100 * day).sinceMillis(answerable))
                .as("all of it aged out")
                .isEqualTo(since);
        assertThat(new EvidenceRange(Long.MAX_VALUE, false, 1).sinceMillis(answerable))
                .as("no evidence at all")
                .isEqualTo(Long.MAX_VALUE);
    }

    /** Else one would read of a part that is missing, and look for it in vain. */
    @Test
    void audit_epochEndedBeforeItsLastPart_saysHowFarItIsSettled() {
        SampleBooks books = SampleBooks.atRest(3);
        books.movements.set(Falsify.at(books, 2), new Voided(2, 0, 2, BigInteger.TEN));

        assertThat(check(books.evidence().judge(), "header-chain").detail())
                .contains("ended epoch 2 after part 1 of 2: 10 nano-USD of it are settled");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void audit_rightBooksAtRest_everyCheckGreen(long seed) {
        assertThat(failed(SampleBooks.atRest(seed).evidence().judge()))
                .as("seed " + seed)
                .isEmpty();
    }

    @Test
    void audit_emptyDeployment_everyCheckGreen() {
        ChainBooks chain =
                new ChainBooks(
                        SampleBooks.CHAIN_ID,
                        SampleBooks.VAULT,
                        SampleBooks.REGISTRY,
                        1,
                        MerkleSum.EMPTY.hash(),
                        1,
                        SampleBooks.ESCAPE_AFTER_SECONDS,
                        0,
                        SampleBooks.SCALE,
                        SampleBooks.SHARD_DEPTH,
                        BigInteger.ZERO,
                        new ChainBooks.Head(MerkleSum.EMPTY.hash(), 0, 0, 1),
                        List.of(),
                        List.of(),
                        SampleBooks.atRest(1).prices);
        SampleEvidence nothing =
                new SampleEvidence(
                        List.of(),
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Long.MAX_VALUE,
                        List.of(),
                        chain,
                        List.of(),
                        true,
                        BigInteger.ZERO);

        assertThat(failed(nothing.judge())).isEmpty();
    }

    /** A provider may take another key: what the old one signed before stays right. */
    @Test
    void audit_keysThatEndedAfterTheLastRequest_everyCheckGreen() {
        SampleBooks books = SampleBooks.atRest(1);
        books.keysEndSeconds = books.lastAdmittedSecond().add(BigInteger.ONE);

        assertThat(failed(books.evidence().judge())).isEmpty();
    }

    @Test
    void audit_requestInFlight_redOnlyAtRest() {
        SampleBooks running = SampleBooks.running(1);
        running.addRequestInFlight(1);
        assertThat(failed(running.evidence().judge())).isEmpty();

        running.requireSettled = true;
        assertThat(failed(running.evidence().judge()))
                .extracting(Check::name)
                .contains("requests-accounted");
    }

    @Test
    void audit_requestWithoutEndLongAfterItsDeadline_red() {
        SampleBooks books = SampleBooks.running(1);
        books.addRequestInFlight(1);
        books.newestMillis += 30_000 + RequestChecks.GRACE_MILLIS + 1;

        assertThat(failed(books.evidence().judge()))
                .as("a request that the job swallowed stayed unnoticed")
                .extracting(Check::name)
                .containsExactly("requests-accounted");
    }

    @Test
    void audit_withdrawalAskedForAMomentAgo_redOnlyAtRest() {
        SampleBooks running = SampleBooks.running(1);
        Falsify.ask(running, 3, 95);
        assertThat(failed(running.evidence().judge())).isEmpty();

        running.requireSettled = true;
        assertThat(failed(running.evidence().judge()))
                .extracting(Check::name)
                .contains("withdrawals-answered");
    }

    @Test
    void audit_withdrawalThatNoCutHearsOf_redOnceTheHatchWouldHaveOpened() {
        SampleBooks books = SampleBooks.running(1);
        long asked = Falsify.ask(books, 3, 95);
        books.seconds = asked + SampleBooks.ESCAPE_AFTER_SECONDS - 1;
        assertThat(failed(books.evidence().judge())).isEmpty();

        books.seconds++;
        assertThat(failed(books.evidence().judge()))
                .as("a withdrawal that the operator keeps back stayed unnoticed")
                .extracting(Check::name)
                .containsExactly("withdrawals-answered");
    }

    /** The vault skips it, but a settler that goes on so holds the owner's money from its use. */
    @Test
    void audit_releaseByAnEpochThatHadHeardOfTheCancelling_named() {
        SampleBooks books = SampleBooks.running(1);
        BigInteger word = SampleLedger.word(SampleLedger.release(SampleBooks.WAVERER, 1, 300));
        Falsify.releases(
                books, 3, words -> Stream.concat(Stream.of(word), words.stream()).toList());

        assertThat(failed(books.evidence().judge()))
                .filteredOn(check -> check.name().equals("releases-requested"))
                .singleElement()
                .satisfies(
                        check ->
                                assertThat(check.toString())
                                        .contains("which was cancelled in block 19"));
    }

    @Test
    void audit_releaseOfAWithdrawalNewerThanTheChainRead_redOnlyOnceSettled() {
        BigInteger word = SampleLedger.word(new EpochPart.Release(3, 1, BigInteger.TEN));
        SampleBooks books = SampleBooks.running(1);
        Falsify.releases(books, 3, words -> List.of(word));
        assertThat(failed(books.evidence().judge()))
                .extracting(Check::name)
                .doesNotContain("releases-requested");

        SampleBooks settled = SampleBooks.atRest(1);
        Falsify.releases(settled, 3, words -> List.of(word));
        assertThat(failed(settled.evidence().judge()))
                .extracting(Check::name)
                .contains("releases-requested");
    }

    @Test
    void audit_pendingCharges_reportedWithTheirTotal() {
        SampleBooks books = SampleBooks.running(1);
        Check settled = check(books.evidence().judge(), "charges-settled");

        assertThat(settled.ok()).isTrue();
        assertThat(settled.detail())
                .matches("\\d+ charges settled, \\d+ pending with \\d+ nano-USD");
    }

    @Test
    void books_redCheck_firstFewOffendersWithValues() {
        SampleBooks books = SampleBooks.atRest(1);
        for (int i = 0; i < 9; i++) {
            Records.alter(
                    books.charges, KafkaBooks.Charge.class, i, "feeNano", BigInteger.valueOf(777));
        }
        Check doubleEntry = check(books.evidence().judge(), "charge-double-entry");

        assertThat(doubleEntry.detail())
                .startsWith("9 wrong: ")
                .contains(books.charges.get(0).requestId(), "fee of 777")
                .endsWith("; and 4 more");
    }

    @Test
    void books_toJson_okAndChecks() {
        Books books =
                Books.of(List.of(new Check("a", true, 1, "x"), new Check("b", false, 0, "y")));

        assertThat(books.toJson().toString())
                .isEqualTo(
                        "{\"ok\":false,\"checks\":["
                                + "{\"name\":\"a\",\"ok\":true,\"notYet\":1,\"detail\":\"x\"},"
                                + "{\"name\":\"b\",\"ok\":false,\"notYet\":0,\"detail\":\"y\"}]}");
    }

    private static List<Check> failed(Books books) {
        return books.checks().stream().filter(check -> !check.ok()).toList();
    }

    private static Check check(Books books, String name) {
        return books.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
