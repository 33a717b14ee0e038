package io.millrace.watch.judge;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.ChargeRules;
import io.millrace.audit.rules.Fault;
import io.millrace.audit.rules.Leaf;
import io.millrace.watch.act.SealedLeaf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Each leaf by itself, of an epoch whose receipts are not all there: nothing can be proven by it,
 * as nobody knows the way to its root, but nobody can answer for its place if it is false. Holds
 * few of an account.
 */
final class VisibleLeaves {

    private static final int MOST = 8;

    private final long epoch;
    private final Surroundings surroundings;
    private final Signatures signatures;
    private final Set<Long> debited;
    private final Map<Long, List<Finding>> doubts = new TreeMap<>();

    VisibleLeaves(long epoch, TypedHashes hashes, Surroundings surroundings, Set<Long> debited) {
        this.epoch = epoch;
        this.surroundings = surroundings;
        this.debited = debited;
        signatures = new Signatures(hashes, surroundings);
    }

    /** The next one. */
    void check(Receipt receipt) throws IOException {
        SealedLeaf sealed = SealedLeaf.of(receipt);
        long account = sealed.requesterAccount();
        List<Finding> known = doubts.getOrDefault(account, List.of());
        if (!debited.contains(account) || known.size() >= MOST) {
            return;
        }
        Place at = new Place(epoch, sealed.shard(), sealed.index());
        Optional<String> why = why(sealed, at);
        if (why.isPresent()) {
            doubts.computeIfAbsent(account, a -> new ArrayList<>())
                    .add(new Finding.Unsupported(account, at, sealed.debitNano(), why.get()));
        }
    }

    /** Of all. */
    List<Finding> findings() {
        return doubts.values().stream().flatMap(List::stream).toList();
    }

    private Optional<String> why(SealedLeaf sealed, Place at) throws IOException {
        Leaf leaf = sealed.forRules();
        List<Evidence> known = surroundings.evidence(sealed.requestId());
        Optional<Evidence> request = signatures.request(sealed.requestId(), known);
        Fault fault = ChargeRules.ofLeaf(leaf, surroundings.prices(sealed.model()));
        if (fault == Fault.NONE && request.isPresent()) {
            fault = LeafChecks.ofRequest(leaf, request.get(), surroundings);
        }
        if (fault != Fault.NONE) {
            return Optional.of(fault.onChain() + ", and what would prove it is withheld");
        }
        if (surroundings.chargedBefore(sealed.requestId(), at)) {
            // The answer shows the leaf with its path, and then both are proven.
            return Optional.of("its request was charged before");
        }
        return sealed.debitNano().signum() > 0
                ? signatures.missing(sealed, known)
                : Optional.empty();
    }
}
