package io.millrace.audit;

import static io.millrace.audit.Falsify.at;
import static io.millrace.audit.Falsify.charge;
import static io.millrace.audit.Falsify.earning;
import static io.millrace.audit.Falsify.header;
import static io.millrace.audit.Falsify.highS;
import static io.millrace.audit.Falsify.log;
import static io.millrace.audit.Falsify.more;
import static io.millrace.audit.Falsify.receipt;
import static io.millrace.audit.Falsify.receiptCharge;
import static io.millrace.audit.Falsify.sealed;
import static io.millrace.audit.Falsify.settlement;
import static io.millrace.audit.Falsify.signed;
import static io.millrace.audit.Falsify.signedOf;
import static io.millrace.audit.Falsify.spending;
import static io.millrace.audit.Falsify.withHeader;
import static io.millrace.audit.Falsify.words;
import static java.math.BigInteger.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.Voided;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Result;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check by what it must catch: right books with one entry falsified turn it red. */
class FalsifiedBooksTest {

    private static final long SEED = 12;
    private static final String OTHER_HASH = "0x" + "77".repeat(32);
    private static final String OTHER_ADDRESS = "0x" + "77".repeat(20);

    @ParameterizedTest(name = "{0}")
    @MethodSource({
        "requests",
        "charges",
        "results",
        "io.millrace.audit.FalsifiedEvidence#evidence",
        "epochs",
        "headers",
        "vault",
        "io.millrace.audit.FalsifiedWithdrawals#requests",
        "io.millrace.audit.FalsifiedWithdrawals#answers",
        "io.millrace.audit.FalsifiedWithdrawals#ends",
        "io.millrace.audit.FalsifiedWithdrawals#amounts"
    })
    void audit_falsifiedEntry_itsCheckRed(String check, Consumer<SampleBooks> falsify) {
        SampleBooks books = SampleBooks.atRest(SEED);
        falsify.accept(books);

        Books judged = books.evidence().judge();

        assertThat(judged.ok()).isFalse();
        assertThat(judged.checks().stream().filter(line -> !line.ok()).map(Check::name))
                .contains(check);
    }

    static Stream<ArgumentSet> requests() {
        return Stream.of(
                row("unreadable record", "topics-readable", b -> b.defects.add("charges-0@7")),
                row("charge dropped", "requests-accounted", b -> b.charges.remove(3)),
                row("rejection dropped", "requests-accounted", b -> b.rejections.remove(0)),
                row(
                        "rejected twice",
                        "requests-accounted",
                        b -> b.rejections.add(b.rejections.get(0))),
                row(
                        "charged and rejected",
                        "requests-accounted",
                        b -> b.rejections.add(new Rejection(b.charges.get(0).at(), "DUPLICATE"))),
                row(
                        "rejection of nothing",
                        "requests-accounted",
                        b -> b.rejections.add(new Rejection(new Position(9, 9), "SCHEMA"))),
                row(
                        "charge of nothing",
                        "requests-accounted",
                        b -> charge(b, 0, "at", new Position(9, 9))),
                row(
                        "charge of an unreadable request",
                        "request-signatures",
                        b -> charge(b, 0, "at", b.rejections.get(0).at())),
                row(
                        "request altered",
                        "request-signatures",
                        b -> signed(b, "nonce", ONE.shiftLeft(9))),
                row(
                        "signature of another request",
                        "request-signatures",
                        b -> signed(b, "signature", signedOf(b, -1).signature())),
                row(
                        "signature with high s",
                        "request-signatures",
                        b -> signed(b, "signature", highS(signedOf(b, 0).signature()))),
                row(
                        "signature cut off",
                        "request-signatures",
                        b -> signed(b, "signature", signedOf(b, 0).signature().substring(0, 130))),
                row(
                        "charge for another requester",
                        "request-signatures",
                        b -> charge(b, 0, "requesterAddress", OTHER_ADDRESS)),
                row(
                        "charge for another model",
                        "request-signatures",
                        b -> charge(b, 0, "model", OTHER_HASH)));
    }

    static Stream<ArgumentSet> charges() {
        return Stream.of(
                row("charged twice", "charges-unique", b -> b.charges.add(b.charges.get(0))),
                row(
                        "above the signed fee",
                        "charge-terms",
                        b -> signed(b, "maxFeeNano", BigInteger.TWO)),
                row(
                        "after the deadline",
                        "charge-terms",
                        b -> signed(b, "deadlineMillis", BigInteger.TEN)),
                row(
                        "price altered",
                        "charge-prices",
                        b -> charge(b, 0, "priceNanoPerMillion", ONE)),
                row(
                        "price version altered",
                        "charge-prices",
                        b -> charge(b, 0, "priceVersion", 2L)),
                row(
                        "price in force altered",
                        "charge-prices",
                        b -> Records.alter(b.prices, Price.class, 0, "nanoPerMillion", ONE)),
                row(
                        "fee in force altered",
                        "charge-prices",
                        b -> Records.alter(b.prices, Price.class, 0, "feeBasisPoints", 201L)),
                row(
                        "fee of another price",
                        "charge-prices",
                        b -> charge(b, 0, "feeBasisPoints", 100L)),
                row(
                        "treasury skims the provider",
                        "charge-prices",
                        b -> {
                            Charge first = b.charges.get(0);
                            charge(b, 0, "feeNano", first.feeNano().add(ONE));
                            charge(b, 0, "creditNano", first.creditNano().subtract(ONE));
                        }),
                row(
                        "admitted at another time",
                        "charge-terms",
                        b -> charge(b, 0, "admittedMillis", 7L)),
                row("price not yet in force", "charge-prices", b -> b.prices.remove(0)),
                row("one nano too much", "charge-prices", b -> more(b, "creditNano")),
                row("failed but charged", "charge-prices", b -> charge(b, 0, "status", "FAILED")),
                row("unknown status", "charge-prices", b -> charge(b, 0, "status", "REFUNDED")),
                row(
                        "fee from nowhere",
                        "charge-double-entry",
                        b -> charge(b, 0, "feeNano", ONE.shiftLeft(40))),
                row("sequence with a gap", "charge-sequences", b -> charge(b, -1, "sequence", 99L)),
                row("sequence from 0", "charge-sequences", b -> charge(b, 0, "sequence", 0L)));
    }

    static Stream<ArgumentSet> results() {
        return Stream.of(
                row(
                        "result dropped",
                        "results-complete",
                        b -> {
                            String id = b.results.get(0).requestId();
                            b.results.removeIf(result -> result.requestId().equals(id));
                        }),
                row(
                        "result at another price",
                        "results-complete",
                        b -> Records.alter(b.results, Result.class, 0, "debitNano", ONE)),
                row(
                        "result with other units",
                        "results-complete",
                        b -> Records.alter(b.results, Result.class, 0, "units", ONE.shiftLeft(20))),
                row(
                        "charge for an outcome that nobody signed",
                        "results-complete",
                        b -> charge(b, 0, "outcome", OTHER_HASH)),
                row(
                        "result of no request",
                        "results-complete",
                        b -> Records.alter(b.results, Result.class, -1, "requestId", OTHER_HASH)));
    }

    static Stream<ArgumentSet> epochs() {
        return Stream.of(
                row(
                        "receipt altered",
                        "receipts-match-charges",
                        b -> receiptCharge(b, "providerAddress", OTHER_ADDRESS)),
                row(
                        "sealed twice",
                        "receipts-match-charges",
                        b -> b.receipts.add(b.receipts.get(0))),
                row(
                        "receipt of no charge",
                        "receipts-match-charges",
                        b -> receiptCharge(b, "requestId", OTHER_HASH)),
                row("receipt dropped", "epoch-receipts", b -> b.receipts.remove(0)),
                row("receipt altered", "epoch-receipts", b -> receiptCharge(b, "units", ONE)),
                row("leaf elsewhere", "epoch-receipts", b -> receipt(b, "index", 77L)),
                row(
                        "another total before it",
                        "epoch-receipts",
                        b -> receipt(b, "earnedBefore", new EarnedBefore(ONE, ONE))),
                row(
                        "shard of another",
                        "epoch-receipts",
                        b -> receipt(b, "shard", 3L - b.receipts.get(0).shard())),
                row("epoch of nobody", "epoch-receipts", b -> receipt(b, "epoch", 77L)),
                row("root altered", "epoch-receipts", b -> header(b, "receiptsRoot", OTHER_HASH)),
                row("sum altered", "epoch-receipts", b -> header(b, "receiptsSumNano", ONE)),
                row("count altered", "epoch-receipts", b -> header(b, "receiptsCount", 1L)),
                row("depth altered", "epoch-receipts", b -> header(b, "levels", 9L)),
                row(
                        "outcome altered",
                        "epoch-receipts",
                        b -> receiptCharge(b, "outcome", OTHER_HASH)),
                row("part sum altered", "epoch-postings", b -> header(b, "partSumNano", ONE)),
                row(
                        "debit moved to another account",
                        "epoch-postings",
                        b -> words(b, "debits", Falsify::swapLanes)),
                row(
                        "credit moved to another account",
                        "epoch-postings",
                        b -> words(b, "credits", Falsify::swapLanes)),
                row(
                        "one nano more debited",
                        "epoch-postings",
                        b -> words(b, "debits", word -> word.add(ONE.shiftLeft(64)))));
    }

    static Stream<ArgumentSet> headers() {
        return Stream.of(
                row(
                        "cut at other positions",
                        "epoch-cuts",
                        b -> sealed(b, "positions", new TreeMap<>(Map.of("requests-0", 99L)))),
                row(
                        "other block reflected",
                        "epoch-cuts",
                        b -> log(b, part -> withHeader(part, "l2Block", 3L))),
                row(
                        "request behind the cut of its epoch",
                        "epoch-cuts",
                        b -> receiptCharge(b, "at", new Position(0, 8))),
                row("epoch missing in the log", "epoch-log", b -> b.epochs.remove(0)),
                row(
                        "last epoch missing in the log",
                        "epoch-log",
                        b -> b.epochs.remove(b.epochs.size() - 1)),
                row(
                        "log forked",
                        "epoch-log",
                        b -> log(b, part -> withHeader(part, "partSumNano", ONE))),
                row(
                        "log with other words",
                        "epoch-log",
                        b -> log(b, part -> Records.with(part, "releases", List.of(ONE)))),
                row(
                        "settlements swapped",
                        "header-chain",
                        b -> Collections.swap(b.movements, at(b, 0), at(b, 1))),
                row(
                        "epoch ended before its last part",
                        "header-chain",
                        b -> b.movements.set(at(b, 2), new Voided(2, 0, 2, ONE))),
                row("settlement dropped", "header-chain", b -> b.movements.remove(at(b, 0))),
                row("part dropped", "header-chain", b -> b.movements.remove(at(b, 2))),
                row(
                        "previous header altered",
                        "header-chain",
                        b -> header(b, "previousHeader", OTHER_HASH)),
                row("cut digest altered", "header-chain", b -> header(b, "cutDigest", OTHER_HASH)),
                row(
                        "words altered",
                        "header-chain",
                        b -> words(b, "debits", word -> word.add(ONE))),
                row(
                        "event altered",
                        "header-chain",
                        b -> {
                            Settlement settlement = (Settlement) b.movements.get(at(b, 0));
                            settlement(b, "event", Records.with(settlement.event(), "parts", 7L));
                        }),
                row("hash altered", "header-chain", b -> settlement(b, "hash", OTHER_HASH)),
                row(
                        "head elsewhere",
                        "header-chain",
                        b -> b.head = Records.with(b.head, "hash", OTHER_HASH)));
    }

    static Stream<ArgumentSet> vault() {
        return Stream.of(
                row(
                        "account of another requester",
                        "account-owners",
                        b -> spending(b, "owner", OTHER_ADDRESS)),
                row(
                        "account of another provider",
                        "account-owners",
                        b -> earning(b, "owner", OTHER_ADDRESS)),
                row(
                        "key that ended before the last request",
                        "account-owners",
                        b -> b.keysEndSeconds = b.lastAdmittedSecond()),
                row(
                        "account of nobody",
                        "account-owners",
                        b -> charge(b, 0, "providerAccount", 77L)),
                row(
                        "spending balance altered",
                        "vault-balances",
                        b -> spending(b, "balanceNano", ONE)),
                row(
                        "released balance altered",
                        "vault-balances",
                        b -> spending(b, "releasedNano", ONE)),
                row(
                        "earning balance altered",
                        "vault-balances",
                        b -> earning(b, "balanceNano", ONE)),
                row("account closed", "vault-balances", b -> b.spending.remove(0)),
                row("deposit dropped", "vault-balances", b -> b.movements.remove(0)),
                row(
                        "deposit altered",
                        "vault-balances",
                        b -> Records.alter(b.movements, Posting.class, 0, "amountNano", ONE)),
                row(
                        "token gone",
                        "vault-solvency",
                        b -> b.tokenBalance = b.tokenBalance.subtract(ONE)),
                row(
                        "account spent before its charge is settled",
                        "pending-covered",
                        b -> {
                            b.receipts.clear();
                            spending(b, "balanceNano", BigInteger.ZERO);
                        }),
                row("charge not settled", "charges-settled", b -> b.receipts.remove(0)),
                row(
                        "last epoch not on chain",
                        "charges-settled",
                        b -> b.movements.remove(at(b, 3))));
    }

    static ArgumentSet row(String name, String check, Consumer<SampleBooks> falsify) {
        return Arguments.argumentSet(check + ": " + name, check, falsify);
    }
}
