package io.millrace.audit;

import static java.math.BigInteger.ONE;

import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.KafkaBooks.SignedRequest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.web3j.crypto.Sign;

/** Alters one entry of sample books; which one, each method says. */
final class Falsify {

    private Falsify() {}

    /** The charge at {@code index}, counted from the end if negative. */
    static void charge(SampleBooks books, int index, String component, Object value) {
        Records.alter(books.charges, Charge.class, index, component, value);
    }

    static void more(SampleBooks books, String share) {
        Charge charge = books.charges.get(0);
        charge(books, 0, "debitNano", charge.debitNano().add(ONE));
        charge(books, 0, share, charge.creditNano().add(ONE));
    }

    static void receipt(SampleBooks books, String component, Object value) {
        Records.alter(books.receipts, Receipt.class, 0, component, value);
    }

    static void receiptCharge(SampleBooks books, String component, Object value) {
        receipt(books, "charge", Records.with(books.receipts.get(0).charge(), component, value));
    }

    static SignedRequest signedOf(SampleBooks books, int index) {
        Charge charge = books.charges.get(index < 0 ? books.charges.size() + index : index);
        return books.requests.stream()
                .filter(request -> request.at().equals(charge.at()))
                .map(Request::signed)
                .findFirst()
                .orElseThrow();
    }

    /** Alters the request of the first charge. */
    static void signed(SampleBooks books, String component, Object value) {
        Position at = books.charges.get(0).at();
        for (int i = 0; i < books.requests.size(); i++) {
            if (books.requests.get(i).at().equals(at)) {
                SignedRequest altered = Records.with(signedOf(books, 0), component, value);
                Records.alter(books.requests, Request.class, i, "signed", altered);
            }
        }
    }

    /** The same signature by the curve's symmetry: s replaced by n - s, v by the other. */
    static String highS(String signature) {
        BigInteger order = Sign.CURVE_PARAMS.getN();
        BigInteger s = order.subtract(new BigInteger(signature.substring(66, 130), 16));
        String v = signature.endsWith("1b") ? "1c" : "1b";
        return signature.substring(0, 66) + "%064x".formatted(s) + v;
    }

    /** Where the settlement of part {@code index} stands among the movements. */
    static int at(SampleBooks books, int index) {
        List<Movement> settlements =
                books.movements.stream().filter(Settlement.class::isInstance).toList();
        return books.movements.indexOf(settlements.get(index));
    }

    static void settlement(SampleBooks books, String component, Object value) {
        Records.alter(books.movements, Settlement.class, at(books, 0), component, value);
    }

    static EpochPart withHeader(EpochPart part, String component, Object value) {
        Header header = Records.with(part.header(), component, value);
        return Records.with(part, "header", header);
    }

    /** Alters a field of the first header that was given to settle. */
    static void header(SampleBooks books, String component, Object value) {
        EpochPart part = ((Settlement) books.movements.get(at(books, 0))).part();
        settlement(books, "part", withHeader(part, component, value));
    }

    /** Alters the first amount word of one list that was given to settle. */
    static void words(SampleBooks books, String list, UnaryOperator<BigInteger> alteration) {
        EpochPart part = ((Settlement) books.movements.get(at(books, 0))).part();
        List<BigInteger> words =
                new ArrayList<>(list.equals("debits") ? part.debits() : part.credits());
        words.set(0, alteration.apply(words.get(0)));
        settlement(books, "part", Records.with(part, list, words));
    }

    /** Exchanges lanes 1 and 2. */
    static BigInteger swapLanes(BigInteger word) {
        BigInteger lane = ONE.shiftLeft(64).subtract(ONE);
        BigInteger one = word.shiftRight(64).and(lane);
        BigInteger two = word.shiftRight(128).and(lane);
        return word.subtract(one.shiftLeft(64))
                .subtract(two.shiftLeft(128))
                .add(two.shiftLeft(64))
                .add(one.shiftLeft(128));
    }

    /** Alters the first record of the epoch log. */
    static void sealed(SampleBooks books, String component, Object value) {
        Records.alter(books.epochs, Sealed.class, 0, component, value);
    }

    static void log(SampleBooks books, UnaryOperator<EpochPart> alteration) {
        sealed(books, "part", alteration.apply(books.epochs.get(0).part()));
    }

    static void spending(SampleBooks books, String component, Object value) {
        Records.alter(books.spending, SpendingAccount.class, 0, component, value);
    }

    /** An open request for one nano-USD by an account that never asked. Returns its time. */
    static long ask(SampleBooks books, int account, long block) {
        long seconds = 2 * block;
        books.movements.add(new Asked(account, 1, ONE, block, seconds));
        SpendingAccount asking = books.spending.get(account - 1);
        SpendingAccount once = Records.with(asking, "lastRequest", 1L);
        books.spending.set(account - 1, Records.with(once, "openRequestNano", ONE));
        return seconds;
    }

    /** Alters the first request of {@code account}. */
    static void asked(SampleBooks books, int account, String component, Object value) {
        Asked asked =
                books.movements.stream()
                        .filter(Asked.class::isInstance)
                        .map(Asked.class::cast)
                        .filter(request -> request.account() == account)
                        .findFirst()
                        .orElseThrow();
        int at = books.movements.indexOf(asked);
        Records.alter(books.movements, Asked.class, at, component, value);
    }

    /** Alters the first posting of {@code kind}. */
    static void posting(SampleBooks books, Kind kind, String component, Object value) {
        Posting posting =
                books.movements.stream()
                        .filter(Posting.class::isInstance)
                        .map(Posting.class::cast)
                        .filter(one -> one.kind() == kind)
                        .findFirst()
                        .orElseThrow();
        int at = books.movements.indexOf(posting);
        Records.alter(books.movements, Posting.class, at, component, value);
    }

    /** Alters what the last part of {@code epoch} releases, in the log and on chain. */
    static void releases(
            SampleBooks books, long epoch, UnaryOperator<List<BigInteger>> alteration) {
        EpochPart before =
                books.epochs.stream()
                        .map(Sealed::part)
                        .filter(part -> part.header().epoch() == epoch)
                        .reduce((first, second) -> second)
                        .orElseThrow();
        EpochPart after = Records.with(before, "releases", alteration.apply(before.releases()));
        books.epochs.replaceAll(
                logged ->
                        logged.part().equals(before)
                                ? Records.with(logged, "part", after)
                                : logged);
        books.movements.replaceAll(
                movement ->
                        movement instanceof Settlement settlement
                                        && settlement.part().equals(before)
                                ? Records.with(settlement, "part", after)
                                : movement);
    }

    /** The first word of {@code epoch} releases so much less. */
    static void releasesLess(SampleBooks books, long epoch, long lessNano) {
        releases(
                books,
                epoch,
                words -> {
                    List<BigInteger> less = new ArrayList<>(words);
                    less.set(0, less.get(0).subtract(BigInteger.valueOf(lessNano)));
                    return less;
                });
    }

    /** As if the release of epoch 1 had never come. */
    static void keepBack(SampleBooks books) {
        releases(books, 1, words -> List.of());
        books.movements.removeIf(
                movement ->
                        movement instanceof Posting posting
                                && posting.kind() == Kind.RELEASED
                                && posting.account() == SampleBooks.SAVER);
    }

    static void earning(SampleBooks books, String component, Object value) {
        Records.alter(books.earning, EarningAccount.class, 1, component, value);
    }
}
