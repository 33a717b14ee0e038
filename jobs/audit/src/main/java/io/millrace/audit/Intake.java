package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.evidence.EvidenceRange;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Counts every record, checks what needs no other record, and hands it on to be sorted. */
final class Intake implements KafkaBooks.Sink {

    private final RowStore store;
    private final Totals totals;
    private final ChargeChecks charges;
    private final VaultChecks vault;
    private final int shardDepth;
    private final Duration answerable;
    private final Map<Integer, Long> appended;
    private final Findings unreadable = new Findings();
    private long evidenceSinceMillis = Long.MAX_VALUE;

    Intake(
            RowStore store,
            Totals totals,
            ChargeChecks charges,
            VaultChecks vault,
            int shardDepth,
            Duration answerable,
            Map<Integer, Long> appended) {
        this.store = store;
        this.totals = totals;
        this.charges = charges;
        this.vault = vault;
        this.shardDepth = shardDepth;
        this.answerable = answerable;
        this.appended = new HashMap<>(appended);
    }

    @Override
    public void defect(String defect) {
        unreadable.add(defect);
    }

    @Override
    public void appended(int partition, long millis) {
        appended.merge(partition, millis, Math::max);
    }

    @Override
    public void request(Request request) {
        totals.count(Total.REQUESTS);
        store.request(request);
    }

    @Override
    public void rejection(Rejection rejection) {
        totals.count(Total.REJECTIONS);
        store.rejection(rejection);
    }

    @Override
    public void charge(Charge charge) {
        totals.count(Total.CHARGES);
        charges.balance(charge);
        vault.owners(charge);
        store.charge(charge);
        store.sequence(charge);
    }

    @Override
    public void result(Result result) {
        totals.count(Total.RESULTS);
        store.result(result);
    }

    @Override
    public void sealed(Sealed sealed) {
        totals.count(Total.PARTS);
        store.sealed(sealed);
    }

    @Override
    public void evidenceRange(EvidenceRange range) {
        evidenceSinceMillis = range.sinceMillis(answerable);
    }

    @Override
    public void evidence(Evidence evidence) {
        store.evidence(evidence);
    }

    @Override
    public void receipt(Receipt receipt) {
        totals.count(Total.RECEIPTS);
        store.receipt(receipt, shardDepth);
    }

    Check readable() {
        return unreadable.check(
                "topics-readable",
                "%d requests, %d rejections, %d charges, %d results, %d epoch parts, %d receipts"
                        .formatted(
                                totals.of(Total.REQUESTS),
                                totals.of(Total.REJECTIONS),
                                totals.of(Total.CHARGES),
                                totals.of(Total.RESULTS),
                                totals.of(Total.PARTS),
                                totals.of(Total.RECEIPTS)));
    }

    /** A charge whose request was appended earlier need not have evidence. */
    long evidenceSinceMillis() {
        return evidenceSinceMillis;
    }

    /** Newest append time of each partition of the request topic. */
    Map<Integer, Long> appended() {
        return appended;
    }

    long newestMillis() {
        return appended.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
