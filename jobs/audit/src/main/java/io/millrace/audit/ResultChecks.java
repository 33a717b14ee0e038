package io.millrace.audit;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Result;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every answered charge has its result, and both say the same. Results are published at least once
 * and keyed by request id, so copies count as one; copies must not differ in what they cost.
 */
final class ResultChecks {

    private final Evidence evidence;

    ResultChecks(Evidence evidence) {
        this.evidence = evidence;
    }

    List<Check> all() {
        return List.of(complete());
    }

    private Check complete() {
        Findings findings = new Findings();
        Map<String, List<Result>> results =
                evidence.kafka().results().stream()
                        .filter(Result::answered)
                        .collect(groupingBy(Result::requestId));
        Map<String, Charge> charges = new HashMap<>();
        long uncharged = 0;
        for (Charge charge : evidence.kafka().charges()) {
            charges.put(charge.requestId(), charge);
            List<Result> copies = results.getOrDefault(charge.requestId(), List.of());
            if (!charge.answered()) {
                // Published just before a crash that outlasted the deadline: given, not charged.
                uncharged += copies.isEmpty() ? 0 : 1;
            } else if (copies.isEmpty()) {
                findings.add(charge.requestId() + " is charged as answered but has no result");
            } else {
                copies.stream()
                        .filter(copy -> differs(copy, charge))
                        .findFirst()
                        .ifPresent(copy -> findings.add(difference(copy, charge)));
            }
        }
        Set<String> unknown =
                evidence.kafka().results().stream().map(Result::requestId).collect(toSet());
        unknown.removeAll(charges.keySet());
        Set<String> awaited = unknown.isEmpty() ? Set.of() : uncharged(charges.values());
        for (String requestId : unknown) {
            if (evidence.requireSettled() || !awaited.contains(requestId)) {
                findings.add(requestId + " has a result but no charge");
            }
        }
        return findings.check(
                "results-complete",
                "%d answers to %d requests, %d given uncharged, %d not charged yet"
                        .formatted(
                                evidence.kafka().results().size(),
                                results.size(),
                                uncharged,
                                unknown.size()));
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

    /** Ids of the readable requests that are neither charged nor rejected. */
    private Set<String> uncharged(Iterable<Charge> charges) {
        Set<Position> ended =
                evidence.kafka().rejections().stream().map(Rejection::at).collect(toSet());
        charges.forEach(charge -> ended.add(charge.at()));
        TypedHashes hashes = evidence.hashes();
        Set<String> ids = new HashSet<>();
        evidence.kafka()
                .requests()
                .forEach(
                        request -> {
                            if (request.signed() != null && !ended.contains(request.at())) {
                                ids.add(hashes.request(request.signed()));
                            }
                        });
        return ids;
    }
}
