package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRule;
import io.millrace.audit.hash.Signers;
import java.math.BigInteger;
import java.util.List;

/**
 * Every answered charge has its result, and both say the same; every receipt has its charge, and
 * both are the same; every charge has the evidence that requester and provider signed it. Results
 * are published at least once and keyed by request id, so copies count as one; copies must not
 * differ in what they cost.
 */
final class ResultChecks {

    private final boolean requireSettled;
    private final Totals totals;
    private final Findings ofResults = new Findings();
    private final Findings ofReceipts = new Findings();
    private final Findings ofEvidence = new Findings();
    private final TypedHashes hashes;
    private final long evidenceSinceMillis;
    private final BigInteger floorMillis;
    private long unknown;

    /**
     * @param evidenceSinceMillis a charge whose request was appended earlier need not have evidence
     * @param floorMillis requests whose deadline is earlier may have been forgotten by the anchor
     */
    ResultChecks(
            boolean requireSettled,
            Totals totals,
            TypedHashes hashes,
            long evidenceSinceMillis,
            long floorMillis) {
        this.requireSettled = requireSettled;
        this.totals = totals;
        this.hashes = hashes;
        this.evidenceSinceMillis = evidenceSinceMillis;
        this.floorMillis = BigInteger.valueOf(floorMillis);
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
        evidence(rows, closed);
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

    Check evidence() {
        return ofEvidence.check(
                "charge-evidence",
                "%d charges as both signed, %d older than what is kept of it"
                        .formatted(totals.of(Total.DEFENDED), totals.of(Total.UNDEFENDED)));
    }

    private void evidence(IdRows rows, boolean closed) {
        for (Charge charge : rows.charges()) {
            for (Evidence evidence : rows.evidence()) {
                EvidenceRule.fault(
                                claim(charge),
                                evidence,
                                hashes.requestOf(evidence),
                                hashes.outcomeOf(evidence))
                        .ifPresent(ofEvidence::add);
            }
            if (!rows.evidence().isEmpty()) {
                totals.add(Total.DEFENDED, BigInteger.ONE, closed);
            } else if (charge.admittedMillis() < evidenceSinceMillis) {
                totals.add(Total.UNDEFENDED, BigInteger.ONE, closed);
            } else {
                ofEvidence.add(charge.requestId() + " is charged without evidence");
            }
        }
        if (rows.charges().isEmpty() && !rows.chargedBefore()) {
            rows.evidence().stream()
                    .filter(one -> one.deadlineMillis().compareTo(floorMillis) >= 0)
                    .filter(one -> requireSettled || !rows.awaited())
                    .forEach(
                            one -> ofEvidence.add(one.requestId() + " has evidence but no charge"));
        }
    }

    private static EvidenceRule.Claim claim(Charge charge) {
        return new EvidenceRule.Claim(
                charge.requestId(),
                charge.requesterAddress(),
                charge.model(),
                charge.units(),
                charge.providerAddress(),
                charge.providerAccount(),
                charge.outcome());
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
