package io.millrace.job.audit;

import static java.math.BigInteger.ONE;

import io.millrace.job.audit.ChainBooks.EarningAccount;
import io.millrace.job.audit.ChainBooks.Movement;
import io.millrace.job.audit.ChainBooks.Settlement;
import io.millrace.job.audit.ChainBooks.SpendingAccount;
import io.millrace.job.audit.EpochPart.Header;
import io.millrace.job.audit.KafkaBooks.Charge;
import io.millrace.job.audit.KafkaBooks.Position;
import io.millrace.job.audit.KafkaBooks.Receipt;
import io.millrace.job.audit.KafkaBooks.Request;
import io.millrace.job.audit.KafkaBooks.Sealed;
import io.millrace.job.audit.KafkaBooks.SignedRequest;
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

    static EpochPart reheaded(EpochPart part, String component, Object value) {
        Header header = Records.with(part.header(), component, value);
        return Records.with(part, "header", header);
    }

    /** Alters a field of the first header that was given to settle. */
    static void header(SampleBooks books, String component, Object value) {
        EpochPart part = ((Settlement) books.movements.get(at(books, 0))).part();
        settlement(books, "part", reheaded(part, component, value));
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

    static void earning(SampleBooks books, String component, Object value) {
        Records.alter(books.earning, EarningAccount.class, 1, component, value);
    }
}
