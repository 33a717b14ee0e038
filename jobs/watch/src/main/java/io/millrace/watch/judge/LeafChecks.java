package io.millrace.watch.judge;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.ChargeRules;
import io.millrace.audit.rules.EarnedTotals;
import io.millrace.audit.rules.Fault;
import io.millrace.audit.rules.Leaf;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.SealedLeaf;
import io.millrace.watch.judge.Surroundings.Last;
import io.millrace.watch.judge.Surroundings.Sealed;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every leaf of an epoch whose receipts are all there, in the order of their places. Holds the
 * first leaf of each account, and few faults of each.
 */
final class LeafChecks {

    /** Of one account: one convicts, but not every one can be shown. */
    private static final int MOST = 8;

    private final long epoch;
    private final Surroundings surroundings;
    private final Signatures signatures;
    private final Set<Long> debited;
    private final Refusals refusals;
    private final Map<Long, List<Suspicion>> suspicions = new TreeMap<>();
    private final Map<Long, List<Finding>> doubts = new TreeMap<>();
    private final Map<Long, Leaf> firsts = new HashMap<>();
    private final Map<Long, Leaf> lastOfEarners = new HashMap<>();
    private @Nullable Leaf previous;

    /** Of the previous one's account, the last that debits something. */
    private @Nullable Leaf lastPaid;

    /** A fault by the rules, the leaves of which have still to be fetched. */
    private record Suspicion(
            Fault fault, Place at, @Nullable Evidence evidence, @Nullable Place other) {}

    LeafChecks(
            long epoch,
            TypedHashes hashes,
            Surroundings surroundings,
            Set<Long> debited,
            Refusals refusals) {
        this.refusals = refusals;
        this.epoch = epoch;
        this.surroundings = surroundings;
        this.debited = debited;
        signatures = new Signatures(hashes, surroundings);
    }

    /** The next one. */
    void check(Receipt receipt) throws IOException {
        SealedLeaf sealed = SealedLeaf.of(receipt);
        Leaf leaf = sealed.forRules();
        checkOrder(leaf);
        checkTotals(leaf);
        Optional<Place> twin = surroundings.charges(leaf.requestId(), leaf.account(), place(leaf));
        if (twin.isPresent()) {
            suspect(leaf, Fault.DOUBLE_CHARGE, null, twin.get());
        }
        if (!debited.contains(leaf.account())) {
            return;
        }
        Fault fault = ChargeRules.ofLeaf(leaf, surroundings.prices(leaf.model()));
        if (fault != Fault.NONE) {
            suspect(leaf, fault, null, null);
            return;
        }
        List<Evidence> known = surroundings.evidence(leaf.requestId());
        Optional<Evidence> request = signatures.request(leaf.requestId(), known);
        if (request.isPresent()) {
            fault = ofRequest(leaf, request.get(), surroundings);
            if (fault != Fault.NONE) {
                suspect(leaf, fault, request.get(), null);
                return;
            }
        }
        if (leaf.debitNano().signum() > 0) {
            signatures.missing(sealed, known).ifPresent(why -> doubt(leaf, why));
        }
    }

    /** All, the account's last leaves being known. */
    List<Finding> findings() throws IOException {
        endOfShard();
        List<Finding> found = new ArrayList<>();
        for (Map.Entry<Long, List<Suspicion>> ofAccount : suspicions.entrySet()) {
            Optional<Finding> proof = firstOf(ofAccount.getValue());
            if (proof.isPresent()) {
                doubts.remove(ofAccount.getKey());
                found.add(proof.get());
            } else {
                ofAccount.getValue().forEach(one -> doubt(ofAccount.getKey(), one));
            }
        }
        doubts.values().forEach(found::addAll);
        return found;
    }

    /** Neighbours are in order, and an account is in one shard: then all pairs are. */
    private void checkOrder(Leaf leaf) throws IOException {
        Leaf before = previous;
        boolean isSameShard = before != null && before.shard() == leaf.shard();
        if (!isSameShard) {
            endOfShard();
        } else if (requireNonNull(before).account() != leaf.account()) {
            endOfAccount(before);
        }
        previous = leaf;
        if (leaf.debitNano().signum() > 0) {
            lastPaid = leaf;
        }
        Leaf first = firsts.putIfAbsent(leaf.account(), leaf);
        if (isSameShard) {
            compare(leaf, requireNonNull(before));
        }
        if (first != null && first.shard() != leaf.shard()) {
            compare(leaf, first);
        }
    }

    /** Each carries on the total of the leaf before that credits the same account. */
    private void checkTotals(Leaf leaf) {
        for (BigInteger credit : leaf.credits()) {
            Leaf before = lastOfEarners.put(EarnedTotals.account(credit), leaf);
            if (before != null && before.shard() == leaf.shard()) {
                compare(leaf, before);
            }
        }
    }

    private void endOfShard() throws IOException {
        if (previous != null) {
            endOfAccount(previous);
        }
    }

    private void endOfAccount(Leaf last) throws IOException {
        Leaf paid = lastPaid;
        lastPaid = null;
        if (paid == null) {
            return; // it contradicts nothing later, and its account has nothing to lose
        }
        Leaf first = requireNonNull(firsts.get(last.account()), "an account without leaves");
        Optional<Place> earlier =
                surroundings.lasts(
                        last.account(), first.sequence(), new Last(place(paid), paid.sequence()));
        if (earlier.isPresent()) {
            suspect(first, Fault.SEQUENCE, null, earlier.get());
        }
    }

    private void compare(Leaf leaf, Leaf other) {
        Fault fault = ChargeRules.inEpoch(leaf, other);
        if (fault != Fault.NONE) {
            // Each contradicts the other; the one that is debited has something to lose.
            boolean turned = !debited.contains(leaf.account());
            suspect(turned ? other : leaf, fault, null, place(turned ? leaf : other));
        }
    }

    static Fault ofRequest(Leaf leaf, Evidence request, Surroundings surroundings)
            throws IOException {
        return ChargeRules.ofRequest(
                leaf,
                surroundings.accountOf(request.requester()),
                request.model(),
                request.maxFeeNano(),
                request.deadlineMillis());
    }

    private void suspect(
            Leaf leaf, Fault fault, @Nullable Evidence evidence, @Nullable Place other) {
        if (debited.contains(leaf.account())) {
            List<Suspicion> ofAccount =
                    suspicions.computeIfAbsent(leaf.account(), account -> new ArrayList<>());
            if (ofAccount.size() < MOST) {
                ofAccount.add(new Suspicion(fault, place(leaf), evidence, other));
            }
        }
    }

    private void doubt(Leaf leaf, String why) {
        doubt(new Finding.Unsupported(leaf.account(), place(leaf), leaf.debitNano(), why));
    }

    /** No proof of it is taken: its settler is still asked for what lies behind it. */
    private void doubt(long account, Suspicion suspicion) {
        doubt(
                new Finding.Unsupported(
                        account,
                        suspicion.at(),
                        BigInteger.ZERO,
                        suspicion.fault().onChain() + ", of which no proof is taken"));
    }

    private void doubt(Finding.Unsupported one) {
        List<Finding> ofAccount =
                doubts.computeIfAbsent(one.account(), account -> new ArrayList<>());
        if (ofAccount.size() < MOST) {
            ofAccount.add(one);
        }
    }

    /** One convicts; what the tribunal has refused does not. */
    private Optional<Finding> firstOf(List<Suspicion> ofAccount) throws IOException {
        for (Suspicion suspicion : ofAccount) {
            Optional<Finding.Provable> proof = provable(suspicion);
            if (proof.isPresent() && !refusals.isRefused(epoch, proof.get())) {
                return Optional.of(proof.get());
            }
        }
        return Optional.empty();
    }

    private Optional<Finding.Provable> provable(Suspicion suspicion) throws IOException {
        Optional<Sealed> own = surroundings.leaf(suspicion.at());
        if (own.isEmpty()) {
            return Optional.empty();
        }
        ProvenLeaf leaf = own.get().leaf();
        if (suspicion.other() != null) {
            return pair(suspicion.fault(), epoch, leaf, suspicion.other(), surroundings);
        }
        return Optional.of(
                new Finding.Provable(
                        leaf.leaf().requesterAccount(),
                        suspicion.fault(),
                        leaf,
                        suspicion.evidence(),
                        null,
                        null));
    }

    /** What two leaves prove, if the other and what paid for it are there. */
    static Optional<Finding.Provable> pair(
            Fault fault, long epoch, ProvenLeaf leaf, Place at, Surroundings surroundings)
            throws IOException {
        long account = leaf.leaf().requesterAccount();
        Optional<Sealed> other = surroundings.leaf(at);
        boolean isOfBefore = at.epoch() != epoch;
        Optional<EpochPart> before =
                isOfBefore ? surroundings.paid(at.epoch(), account) : Optional.empty();
        if (other.isEmpty() || (isOfBefore && before.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(
                new Finding.Provable(account, fault, leaf, null, other.get(), before.orElse(null)));
    }

    private Place place(Leaf leaf) {
        return new Place(epoch, leaf.shard(), leaf.index());
    }
}
