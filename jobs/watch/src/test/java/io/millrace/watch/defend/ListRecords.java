package io.millrace.watch.defend;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.watch.testing.Books.Settled;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What is visible in the topics, for a test to add to and to take from. */
final class ListRecords implements Records {

    final List<Receipt> receipts = new CopyOnWriteArrayList<>();
    final Map<String, Evidence> evidence = new ConcurrentHashMap<>();

    /** All of an epoch. */
    void publish(Settled settled) {
        receipts.addAll(settled.receipts());
        evidence.putAll(settled.evidence());
    }

    @Override
    public void receipts(long sinceMillis, Predicate<Receipt> wantsMore) {
        for (Receipt receipt : receipts) {
            if (!wantsMore.test(receipt)) {
                return;
            }
        }
    }

    @Override
    public void evidence(Set<String> requestIds, long sinceMillis, Predicate<Evidence> wantsMore) {
        for (Evidence one : evidence.values()) {
            if (requestIds.contains(one.requestId()) && !wantsMore.test(one)) {
                return;
            }
        }
    }
}
