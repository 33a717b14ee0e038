package io.millrace.chain.submit;

import static java.util.Comparator.comparingLong;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a start must know of all that was ever journaled: what was signed and is not final, how far
 * the final ones go, and from where the nonces go on. In: the entries, in order. Its size is that
 * of what is not final, whatever the age of the journal: the vault takes parts in order, so once
 * one is final, nothing before it matters any more. Entries of a signer that was replaced stay
 * watched, but their nonces are another account's.
 *
 * <p>It also knows the entry from which on a journal has to be read to come to the same: {@link
 * #firstNeeded}.
 */
public final class SubmissionHistory {

    /** An entry, and where it lies in the journal. */
    public record Placed(SettlementRecord entry, long position) {}

    /** A restore hands in again what became final since its checkpoint: seldom more than these. */
    private static final int RECENT = 256;

    private final int mostRecent;
    private final Map<String, List<Placed>> open = new LinkedHashMap<>();

    /** The newest FINAL entries, in their order. */
    private final Map<String, Placed> recent = new LinkedHashMap<>();

    /** The attempts for the newest part that is final by one of them. */
    private List<Placed> used = List.of();

    private @Nullable SettlementRecord newestFinal;
    private @Nullable SettlementRecord newest;
    private long finalBlock;
    private long entries;

    /** Of nothing. */
    public SubmissionHistory() {
        this(RECENT);
    }

    SubmissionHistory(int mostRecent) {
        this.mostRecent = mostRecent;
    }

    /** Takes the next entry; {@code position} is above those before. */
    public void add(SettlementRecord entry, long position) {
        entries++;
        if (newest == null || newest.isBefore(entry.epoch(), entry.part())) {
            newest = entry;
        }
        Placed placed = new Placed(entry, position);
        if (entry.state() == SettlementRecord.State.FINAL) {
            settle(placed);
        } else if (newestFinal == null || newestFinal.isBefore(entry.epoch(), entry.part())) {
            open.computeIfAbsent(entry.header(), h -> new ArrayList<>()).add(placed);
        }
    }

    private void settle(Placed placed) {
        SettlementRecord entry = placed.entry();
        finalBlock = Math.max(finalBlock, entry.block());
        recent.remove(entry.header());
        recent.put(entry.header(), placed);
        if (recent.size() > mostRecent) {
            recent.remove(recent.keySet().iterator().next());
        }
        List<Placed> attempts = open.remove(entry.header());
        if (attempts != null
                && attempts.stream()
                        .anyMatch(
                                attempt ->
                                        attempt.entry()
                                                .transaction()
                                                .equals(entry.transaction()))) {
            used = attempts;
        }
        if (newestFinal == null || newestFinal.isBefore(entry.epoch(), entry.part())) {
            newestFinal = entry;
            // Of whatever else was once signed for a place up to this one, nothing can be mined.
            open.values()
                    .removeIf(
                            others -> {
                                SettlementRecord other = others.get(0).entry();
                                return !entry.isBefore(other.epoch(), other.part());
                            });
        }
    }

    /** Whether nothing was ever journaled. */
    boolean isEmpty() {
        return entries == 0;
    }

    /** How many entries it was given. */
    public long entries() {
        return entries;
    }

    /** What was signed for a header that is not final, oldest first. */
    List<SettlementRecord> attempts(String header) {
        return open.getOrDefault(header, List.of()).stream().map(Placed::entry).toList();
    }

    /** The entry that says the header is final, if it is one of the newest; or null. */
    @Nullable SettlementRecord settled(String header) {
        Placed placed = recent.get(header);
        return placed == null ? null : placed.entry();
    }

    /** Whether a part that is final lies before the newest entries that say so. */
    boolean isLongFinal(SettlementRecord settled) {
        return !recent.isEmpty()
                && recent.values().stream()
                        .allMatch(
                                placed ->
                                        settled.isBefore(
                                                placed.entry().epoch(), placed.entry().part()));
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
        if (used.isEmpty()) {
            return 0;
        }
        // Whichever of them was mined, the lowest nonce is used up.
        SettlementRecord lowest =
                Collections.min(used, comparingLong(attempt -> attempt.entry().nonce())).entry();
        return SignedTransaction.isSignedBy(lowest.raw(), signer)
                ? Math.addExact(lowest.nonce(), 1)
                : 0;
    }

    /** The entries on whose strength something may be signed or sent. */
    public List<Placed> needed() {
        return Stream.concat(used.stream(), open.values().stream().flatMap(List::stream)).toList();
    }

    /**
     * The first entry that a start needs, if any: from it on, the entries make the same history as
     * all of them do.
     */
    public Optional<Placed> firstNeeded() {
        return Stream.concat(recent.values().stream(), needed().stream())
                .min(comparingLong(Placed::position));
    }
}
