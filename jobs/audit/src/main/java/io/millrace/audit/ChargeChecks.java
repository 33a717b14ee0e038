package io.millrace.audit;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Request;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Every charge is the only one of its request, at the right price, in balance, in sequence. */
final class ChargeChecks {

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final Set<String> STATUSES = Set.of(KafkaBooks.ANSWERED, "EXPIRED", "FAILED");

    private final Evidence evidence;
    private final List<Charge> charges;
    private final Map<Position, Request> requests;

    ChargeChecks(Evidence evidence) {
        this.evidence = evidence;
        charges = evidence.kafka().charges();
        requests = evidence.requestsByPosition();
    }

    List<Check> all() {
        return List.of(unique(), terms(), prices(), doubleEntry(), sequences());
    }

    private Check unique() {
        Findings findings = new Findings();
        Map<String, Charge> seen = new HashMap<>();
        for (Charge charge : charges) {
            Charge earlier = seen.putIfAbsent(charge.requestId(), charge);
            if (earlier != null) {
                findings.add(
                        "%s is charged %s nano-USD as number %d and %s nano-USD as number %d"
                                .formatted(
                                        charge.requestId(),
                                        earlier.debitNano(),
                                        earlier.sequence(),
                                        charge.debitNano(),
                                        charge.sequence()));
            }
        }
        return findings.check("charges-unique", seen.size() + " request ids, one charge each");
    }

    /** M2, and the deadline that was signed. */
    private Check terms() {
        Findings findings = new Findings();
        for (Charge charge : charges) {
            Request request = requests.get(charge.at());
            if (request == null || request.signed() == null) {
                findings.add(charge.requestId() + " was signed nowhere, so no terms allow it");
                continue;
            }
            BigInteger most = request.signed().maxFeeNano();
            if (charge.debitNano().compareTo(most) > 0) {
                findings.add(
                        "%s costs %s nano-USD, %s was signed"
                                .formatted(charge.requestId(), charge.debitNano(), most));
            }
            BigInteger deadline = request.signed().deadlineMillis();
            if (deadline.compareTo(BigInteger.valueOf(request.appendMillis())) < 0) {
                findings.add(
                        "%s was appended at %d ms, after its deadline %s ms"
                                .formatted(charge.requestId(), request.appendMillis(), deadline));
            }
        }
        return findings.check(
                "charge-terms", charges.size() + " charges within the fee and deadline signed");
    }

    /** The price in force when the request was appended, times units, rounded up once. */
    private Check prices() {
        Findings findings = new Findings();
        Map<String, List<Price>> byModel =
                evidence.chain().prices().stream().collect(groupingBy(Price::model));
        for (Charge charge : charges) {
            Request request = requests.get(charge.at());
            long appendSeconds = request == null ? 0 : request.appendMillis() / 1000;
            Optional<Price> inForce =
                    byModel.getOrDefault(charge.model(), List.of()).stream()
                            .filter(price -> effective(price, appendSeconds))
                            .max(
                                    Comparator.comparing(Price::effectiveSeconds)
                                            .thenComparing(Price::version));
            BigInteger price = charge.priceNanoPerMillion();
            if (inForce.isEmpty()) {
                findings.add(charge.requestId() + ": no price of its model was in force");
            } else if (inForce.get().version() != charge.priceVersion()
                    || !inForce.get().nanoPerMillion().equals(price)) {
                findings.add(
                        "%s took price %s (version %d) where %s (version %d) was in force"
                                .formatted(
                                        charge.requestId(),
                                        price,
                                        charge.priceVersion(),
                                        inForce.get().nanoPerMillion(),
                                        inForce.get().version()));
            }
            BigInteger due = charge.answered() ? rounded(charge) : BigInteger.ZERO;
            if (!STATUSES.contains(charge.status()) || !charge.debitNano().equals(due)) {
                findings.add(
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
        return findings.check(
                "charge-prices",
                "%d charges re-priced with %d price versions"
                        .formatted(charges.size(), evidence.chain().prices().size()));
    }

    private static boolean effective(Price price, long appendSeconds) {
        return price.effectiveSeconds().compareTo(BigInteger.valueOf(appendSeconds)) <= 0;
    }

    private static BigInteger rounded(Charge charge) {
        BigInteger[] parts =
                charge.units().multiply(charge.priceNanoPerMillion()).divideAndRemainder(MILLION);
        return parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
    }

    private Check doubleEntry() {
        Findings findings = new Findings();
        BigInteger debits = BigInteger.ZERO;
        BigInteger credits = BigInteger.ZERO;
        BigInteger fees = BigInteger.ZERO;
        for (Charge charge : charges) {
            debits = debits.add(charge.debitNano());
            credits = credits.add(charge.creditNano());
            fees = fees.add(charge.feeNano());
            if (!charge.debitNano().equals(charge.creditNano().add(charge.feeNano()))) {
                findings.add(
                        "%s debits %s nano-USD, credits %s and a fee of %s"
                                .formatted(
                                        charge.requestId(),
                                        charge.debitNano(),
                                        charge.creditNano(),
                                        charge.feeNano()));
            }
        }
        return findings.check(
                "charge-double-entry",
                "%s nano-USD paid = %s earned + %s fees".formatted(debits, credits, fees));
    }

    private Check sequences() {
        Findings findings = new Findings();
        Map<String, List<Charge>> byRequester =
                charges.stream()
                        .sorted(Comparator.comparing(Charge::sequence))
                        .collect(groupingBy(Charge::requesterAddress, TreeMap::new, toList()));
        byRequester.forEach(
                (requesterAddress, own) -> {
                    for (int i = 0; i < own.size(); i++) {
                        if (own.get(i).sequence() != i + 1L) {
                            findings.add(
                                    "%s has number %d where %d is due"
                                            .formatted(
                                                    requesterAddress,
                                                    own.get(i).sequence(),
                                                    i + 1L));
                            break;
                        }
                    }
                });
        return findings.check(
                "charge-sequences",
                byRequester.size() + " requesters, each numbered from 1 without a gap");
    }
}
