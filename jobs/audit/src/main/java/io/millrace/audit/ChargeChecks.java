package io.millrace.audit;

import static java.util.stream.Collectors.groupingBy;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.Totals.Total;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every charge is the only one of its request, at the right price, in balance, in sequence. */
final class ChargeChecks {

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final BigInteger ALL_BASIS_POINTS = BigInteger.valueOf(10_000);
    private static final Set<String> STATUSES = Set.of(KafkaBooks.ANSWERED, "EXPIRED", "FAILED");

    private final AnchorState before;
    private final Map<String, List<Price>> prices;
    private final int priceCount;
    private final Totals totals;
    private final Map<String, Long> lastSequence;
    private final Findings notUnique = new Findings();
    private final Findings ofTerms = new Findings();
    private final Findings ofPrices = new Findings();
    private final Findings unbalanced = new Findings();
    private final Findings ofSequences = new Findings();

    private String gapOf = "";

    ChargeChecks(AnchorState before, List<Price> prices, Totals totals) {
        this.before = before;
        this.prices = prices.stream().collect(groupingBy(Price::model));
        this.totals = totals;
        priceCount = prices.size();
        lastSequence = new HashMap<>(before.sequences());
    }

    /** Any charge, once. */
    void balance(Charge charge) {
        totals.add(Total.DEBITS_NANO, charge.debitNano(), true);
        totals.add(Total.CREDITS_NANO, charge.creditNano(), true);
        totals.add(Total.FEES_NANO, charge.feeNano(), true);
        if (!charge.debitNano().equals(charge.creditNano().add(charge.feeNano()))) {
            unbalanced.add(
                    "%s debits %s nano-USD, credits %s and a fee of %s"
                            .formatted(
                                    charge.requestId(),
                                    charge.debitNano(),
                                    charge.creditNano(),
                                    charge.feeNano()));
        }
    }

    /** The charges of one requester come in order of their number. */
    void sequence(String requesterAddress, long sequence) {
        long due = lastSequence.getOrDefault(requesterAddress, 0L) + 1;
        lastSequence.put(requesterAddress, sequence);
        if (sequence != due && !gapOf.equals(requesterAddress)) {
            gapOf = requesterAddress;
            ofSequences.add(
                    "%s has number %d where %d is due".formatted(requesterAddress, sequence, due));
        }
    }

    void request(RequestRows rows) {
        for (Charge charge : rows.charges()) {
            terms(charge, rows.request());
            price(charge, rows.request());
        }
    }

    void id(IdRows rows) {
        Charge first = rows.charges().isEmpty() ? null : rows.charges().get(0);
        if (first != null) {
            for (Charge charge : rows.charges().subList(1, rows.charges().size())) {
                notUnique.add(
                        "%s is charged %s nano-USD as number %d and %s nano-USD as number %d"
                                .formatted(
                                        charge.requestId(),
                                        first.debitNano(),
                                        first.sequence(),
                                        charge.debitNano(),
                                        charge.sequence()));
            }
        }
        if (first != null && rows.chargedBefore()) {
            notUnique.add(
                    "%s is charged %s nano-USD as number %d and was settled before the anchor"
                            .formatted(first.requestId(), first.debitNano(), first.sequence()));
        }
    }

    List<Check> all() {
        return List.of(
                notUnique.check(
                        "charges-unique",
                        totals.of(Total.CHARGES) + " request ids, one charge each"),
                ofTerms.check(
                        "charge-terms",
                        totals.of(Total.CHARGES) + " charges within the fee and deadline signed"),
                ofPrices.check(
                        "charge-prices",
                        "%d charges re-priced with %d price versions"
                                .formatted(totals.of(Total.CHARGES), priceCount)),
                unbalanced.check(
                        "charge-double-entry",
                        "%s nano-USD paid = %s earned + %s fees"
                                .formatted(
                                        totals.of(Total.DEBITS_NANO),
                                        totals.of(Total.CREDITS_NANO),
                                        totals.of(Total.FEES_NANO))),
                ofSequences.check(
                        "charge-sequences",
                        lastSequence.size() + " requesters, each numbered from 1 without a gap"));
    }

    /** Each requester's last charge. */
    Map<String, Long> lastSequences() {
        return lastSequence;
    }

    /** M2, and the deadline that was signed. */
    private void terms(Charge charge, @Nullable Request request) {
        if (request == null || request.signed() == null) {
            ofTerms.add(charge.requestId() + " was signed nowhere, so no terms allow it");
            return;
        }
        BigInteger most = request.signed().maxFeeNano();
        if (charge.debitNano().compareTo(most) > 0) {
            ofTerms.add(
                    "%s costs %s nano-USD, %s was signed"
                            .formatted(charge.requestId(), charge.debitNano(), most));
        }
        if (charge.admittedMillis() != request.appendMillis()) {
            ofTerms.add(
                    "%s was appended at %d ms, its charge says %d ms"
                            .formatted(
                                    charge.requestId(),
                                    request.appendMillis(),
                                    charge.admittedMillis()));
        }
        BigInteger deadline = request.signed().deadlineMillis();
        if (deadline.compareTo(BigInteger.valueOf(request.appendMillis())) < 0) {
            ofTerms.add(
                    "%s was appended at %d ms, after its deadline %s ms"
                            .formatted(charge.requestId(), request.appendMillis(), deadline));
        }
        if (request.appendMillis() < before.floorMillis() && !before.covers(request.at())) {
            // Ids that were charged before are known to the anchor from this time on only.
            notUnique.add(
                    "%s was appended at %d ms, before %d ms, where the anchor ends: %s"
                            .formatted(
                                    charge.requestId(),
                                    request.appendMillis(),
                                    before.floorMillis(),
                                    "audit from the beginning"));
        }
    }

    /** The price in force when the request was appended, times units, rounded up once. */
    private void price(Charge charge, @Nullable Request request) {
        long appendSeconds = request == null ? 0 : request.appendMillis() / 1000;
        Optional<Price> inForce =
                prices.getOrDefault(charge.model(), List.of()).stream()
                        .filter(price -> effective(price, appendSeconds))
                        .max(
                                Comparator.comparing(Price::effectiveSeconds)
                                        .thenComparing(Price::version));
        BigInteger price = charge.priceNanoPerMillion();
        if (inForce.isEmpty()) {
            ofPrices.add(charge.requestId() + ": no price of its model was in force");
        } else if (inForce.get().version() != charge.priceVersion()
                || inForce.get().feeBasisPoints() != charge.feeBasisPoints()
                || !inForce.get().nanoPerMillion().equals(price)) {
            ofPrices.add(
                    ("%s took price %s with a fee of %d basis points (version %d) where %s with %d"
                                    + " (version %d) was in force")
                            .formatted(
                                    charge.requestId(),
                                    price,
                                    charge.feeBasisPoints(),
                                    charge.priceVersion(),
                                    inForce.get().nanoPerMillion(),
                                    inForce.get().feeBasisPoints(),
                                    inForce.get().version()));
        }
        BigInteger fee =
                charge.debitNano()
                        .multiply(BigInteger.valueOf(charge.feeBasisPoints()))
                        .divide(ALL_BASIS_POINTS);
        if (!charge.feeNano().equals(fee)) {
            ofPrices.add(
                    "%s gives the treasury %s of %s nano-USD where %d basis points are %s"
                            .formatted(
                                    charge.requestId(),
                                    charge.feeNano(),
                                    charge.debitNano(),
                                    charge.feeBasisPoints(),
                                    fee));
        }
        BigInteger due = charge.answered() ? rounded(charge) : BigInteger.ZERO;
        if (!STATUSES.contains(charge.status()) || !charge.debitNano().equals(due)) {
            ofPrices.add(
                    "%s, %s, %s units at %s nano-USD a million, costs %s, is charged %s"
                            .formatted(
                                    charge.requestId(),
                                    charge.status(),
                                    charge.units(),
                                    price,
                                    due,
                                    charge.debitNano()));
        }
    }

    private static boolean effective(Price price, long appendSeconds) {
        return price.effectiveSeconds().compareTo(BigInteger.valueOf(appendSeconds)) <= 0;
    }

    private static BigInteger rounded(Charge charge) {
        BigInteger[] parts =
                charge.units().multiply(charge.priceNanoPerMillion()).divideAndRemainder(MILLION);
        return parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
    }
}
