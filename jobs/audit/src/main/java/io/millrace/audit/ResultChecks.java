package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.hash.Signers;
import java.math.BigInteger;
import java.util.List;

/**
 * Every answered charge has its result, and both say the same; every receipt has its charge, and
 * both are the same. Results are published at least once and keyed by request id, so copies count
 * as one; copies must not differ in what they cost.
 */
final class ResultChecks {

    private final boolean requireSettled;
    private final Totals totals;
    private final Findings ofResults = new Findings();
    private final Findings ofReceipts = new Findings();
    private long unknown;

    ResultChecks(boolean requireSettled, Totals totals) {
        this.requireSettled = requireSettled;
        this.totals = totals;
    }

    void id(IdRows rows, boolean closed) {
        List<Result> copies = rows.results().stream().filter(Result::answered).toList();
        if (!copies.isEmpty() && !rows.chargedBefore()) {
            totals.add(Total.ANSWERED, BigInteger.ONE, closed);
        }
        for (Charge charge : rows.charges()) {
            if (!charge.answered()) {
                // Published just before a crash that outlasted the deadline: given, not charged.
                totals.add(
                        Total.UNCHARGED,
                        copies.isEmpty() ? BigInteger.ZERO : BigInteger.ONE,
                        closed);
            } else if (copies.isEmpty()) {
                ofResults.add(charge.requestId() + " is charged as answered but has no result");
            } else {
                copies.stream()
                        .filter(copy -> differs(copy, charge))
                        .findFirst()
                        .ifPresent(copy -> ofResults.add(difference(copy, charge)));
                if (copies.stream().noneMatch(copy -> isOf(copy, charge))) {
                    ofResults.add(
                            "%s is charged for outcome %s, which %s has signed in no result of it"
                                    .formatted(
                                            charge.requestId(),
                                            charge.outcome(),
                                            charge.providerAddress()));
                }
            }
        }
        boolean charged = rows.chargedBefore() || !rows.charges().isEmpty();
        if (!charged && !rows.results().isEmpty()) {
            unknown++;
            if (requireSettled || !rows.awaited()) {
                ofResults.add(rows.requestId() + " has a result but no charge");
            }
        }
        receipts(rows);
    }

    Check results() {
        return ofResults.check(
                "results-complete",
                "%d answers to %d requests, %d given uncharged, %d not charged yet"
                        .formatted(
                                totals.of(Total.RESULTS),
                                totals.of(Total.ANSWERED),
                                totals.of(Total.UNCHARGED),
                                unknown));
    }

    Check receipts() {
        return ofReceipts.check(
                "receipts-match-charges",
                "%d receipts of %d charges"
                        .formatted(totals.of(Total.RECEIPTS), totals.of(Total.CHARGES)));
    }

    private void receipts(IdRows rows) {
        Charge charge = rows.charge();
        for (int i = 0; i < rows.receipts().size(); i++) {
            Receipt first = rows.receipts().get(0);
            Receipt receipt = rows.receipts().get(i);
            Charge sealed = receipt.charge();
            if (i > 0) {
                ofReceipts.add(
                        "%s is sealed in epoch %d and again in epoch %d"
                                .formatted(sealed.requestId(), first.epoch(), receipt.epoch()));
            } else if (charge == null) {
                ofReceipts.add(
                        "%s is sealed in epoch %d for %s nano-USD but was %s"
                                .formatted(
                                        sealed.requestId(),
                                        receipt.epoch(),
                                        sealed.debitNano(),
                                        rows.chargedBefore()
                                                ? "settled before the anchor"
                                                : "never charged"));
            } else if (!charge.equals(sealed)) {
                ofReceipts.add("epoch " + receipt.epoch() + " sealed " + sealed + " of " + charge);
            }
        }
    }

    /** A replay may have published another answer to the same request too, signed as well. */
    private static boolean isOf(Result result, Charge charge) {
        return Signers.recover(charge.outcome(), result.signature())
                .equals(charge.providerAddress());
    }

    private static boolean differs(Result result, Charge charge) {
        return !result.debitNano().equals(charge.debitNano())
                || !result.units().equals(charge.units());
    }

    private static String difference(Result result, Charge charge) {
        return "%s has a result of %s units for %s nano-USD and a charge of %s units for %s"
                .formatted(
                        charge.requestId(),
                        result.units(),
                        result.debitNano(),
                        charge.units(),
                        charge.debitNano());
    }
}
