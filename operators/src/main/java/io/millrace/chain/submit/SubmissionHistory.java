package io.millrace.chain.submit;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the journal says of the time before this process: what was signed and is not final, what is
 * final, and from where the nonces go on. Entries of a signer that was replaced stay watched, but
 * their nonces are another account's.
 */
final class SubmissionHistory {

    private final Map<String, List<SettlementRecord>> open = new HashMap<>();
    private final Map<String, SettlementRecord> settled = new HashMap<>();
    private final boolean empty;
    private @Nullable SettlementRecord newest;
    private @Nullable SettlementRecord lastUsed;
    private long finalBlock;

    /** Of the entries in the order they were written, intact. */
    SubmissionHistory(List<SettlementRecord> entries) {
        empty = entries.isEmpty();
        for (SettlementRecord entry : entries) {
            if (newest == null || newest.isBefore(entry.epoch(), entry.part())) {
                newest = entry;
            }
            if (entry.state() == SettlementRecord.State.FINAL) {
                settle(entry);
            } else if (!settled.containsKey(entry.header())) {
                open.computeIfAbsent(entry.header(), h -> new ArrayList<>()).add(entry);
            }
        }
    }

    private void settle(SettlementRecord entry) {
        settled.put(entry.header(), entry);
        finalBlock = Math.max(finalBlock, entry.block());
        List<SettlementRecord> attempts = open.remove(entry.header());
        if (attempts != null
                && attempts.stream()
                        .anyMatch(attempt -> attempt.transaction().equals(entry.transaction()))) {
            // Whichever of them was mined, the lowest nonce is used up.
            lastUsed = Collections.min(attempts, comparingLong(SettlementRecord::nonce));
        }
    }

    /** Whether nothing was ever journaled. */
    boolean isEmpty() {
        return empty;
    }

    /** What was signed for a header that is not final, oldest first. */
    List<SettlementRecord> attempts(String header) {
        return open.getOrDefault(header, List.of());
    }

    /** The entry that says the header is final, or null. */
    @Nullable SettlementRecord settled(String header) {
        return settled.get(header);
    }

    /** Highest block in which something was seen final; the chain was that far, at least. */
    long finalBlock() {
        return finalBlock;
    }

    /** The entry furthest along the epochs, or null. */
    @Nullable SettlementRecord newest() {
        return newest;
    }

    /** The lowest nonce of {@code signer} that no final transaction of ours has used. */
    long nonceFloor(String signer) {
        SettlementRecord used = lastUsed;
        return used != null && SignedTransaction.isSignedBy(used.raw(), signer)
                ? Math.addExact(used.nonce(), 1)
                : 0;
    }
}
