package io.millrace.watch.judge;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.ChargeRules;
import io.millrace.audit.rules.Fault;
import io.millrace.audit.rules.Leaf;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.SealedLeaf;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an epoch's settler has to answer for, by the tribunal's own rules. Nothing is held
 * against it that it could disprove by what is there: a fault that shows is proven, and only what
 * does not show is asked for. One thread.
 */
public final class Judge {

    private final TypedHashes hashes;
    private final int shardDepth;
    private final Surroundings surroundings;
    private final LongPredicate watched;
    private final LongPredicate earners;
    private final Refusals refusals;
    private final Random random;

    /** Of one vault, before a tribunal that has refused nothing. */
    public Judge(
            TypedHashes hashes,
            int shardDepth,
            Surroundings surroundings,
            LongPredicate watched,
            LongPredicate earners) {
        this(
                hashes,
                shardDepth,
                surroundings,
                watched,
                earners,
                (epoch, proof) -> false,
                new SecureRandom());
    }

    /**
     * Of one vault.
     *
     * @param shardDepth the vault's
     * @param watched the spending accounts whose debits are to be accounted for
     * @param earners the earning accounts that are to be credited with what their leaves say
     * @param refusals proofs that lead nowhere: what else there is of the account counts then
     * @param random that no settler can foresee
     */
    public Judge(
            TypedHashes hashes,
            int shardDepth,
            Surroundings surroundings,
            LongPredicate watched,
            LongPredicate earners,
            Refusals refusals,
            Random random) {
        this.hashes = hashes;
        this.shardDepth = shardDepth;
        this.surroundings = surroundings;
        this.watched = watched;
        this.earners = earners;
        this.refusals = refusals;
        this.random = random;
    }

    /**
     * Judges an epoch.
     *
     * @param parts those that are settled, at least one
     * @param receipts all that are visible
     */
    public Judgement judge(List<EpochPart> parts, Receipts receipts) throws IOException {
        Header header = parts.get(0).header();
        Map<Long, BigInteger> debits = debits(parts);
        Survey survey = Survey.of(receipts, hashes, shardDepth);
        boolean whole = survey.matches(header, receipts);
        List<Finding> findings = new ArrayList<>();
        if (whole) {
            LeafChecks leaves =
                    new LeafChecks(header.epoch(), hashes, surroundings, debits.keySet(), refusals);
            receipts.forEach(leaves::check);
            findings.addAll(leaves.findings());
        } else if (!debits.isEmpty()) {
            findings.addAll(ofSome(header, debits, survey, receipts));
        }
        List<Finding> underpaid = whole ? underpaid(parts, receipts) : List.of();
        Set<Long> proven =
                findings.stream()
                        .filter(Finding.Provable.class::isInstance)
                        .map(Finding::account)
                        .collect(Collectors.toSet());
        for (Map.Entry<Long, BigInteger> debit : debits.entrySet()) {
            long account = debit.getKey();
            BigInteger shown = survey.debitNano(account);
            boolean accounted = whole && shown.compareTo(debit.getValue()) >= 0;
            if (!accounted && !proven.contains(account)) {
                findings.add(new Finding.Unaccounted(account, debit.getValue(), shown, whole));
            }
        }
        findings.addAll(underpaid);
        return new Judgement(whole, survey.receipts(), findings);
    }

    /** Where receipts are missing: the leaves that are there, and the places that are dark. */
    private List<Finding> ofSome(
            Header header, Map<Long, BigInteger> debits, Survey survey, Receipts receipts)
            throws IOException {
        Map<Long, BigInteger> lacking = new HashMap<>();
        debits.forEach(
                (account, nano) ->
                        lacking.put(
                                account,
                                nano.subtract(survey.debitNano(account)).max(BigInteger.ZERO)));
        VisibleLeaves leaves =
                new VisibleLeaves(header.epoch(), hashes, surroundings, debits.keySet());
        DarkPlaces dark = new DarkPlaces(header, shardDepth, lacking, random);
        receipts.forEach(
                receipt -> {
                    leaves.check(receipt);
                    dark.check(receipt);
                });
        List<Finding> findings = new ArrayList<>(leaves.findings());
        findings.addAll(dark.findings());
        return findings;
    }

    /** An epoch credits by all of its parts together. */
    private List<Finding> underpaid(List<EpochPart> parts, Receipts receipts) throws IOException {
        Header header = parts.get(0).header();
        if (parts.size() != header.parts()) {
            return List.of();
        }
        EarningChecks earnings =
                new EarningChecks(header.epoch(), earners, EarningChecks.mostLeaves(shardDepth));
        receipts.forEach(earnings::check);
        return earnings.findings(parts, surroundings);
    }

    /**
     * Judges a leaf that an answer has shown, of an epoch whose receipts are not all there.
     *
     * @return what can be proven by it
     */
    public Optional<Finding> shown(Header header, ProvenLeaf leaf) throws IOException {
        SealedLeaf sealed = leaf.leaf();
        Leaf rules = sealed.forRules();
        Fault fault = ChargeRules.ofLeaf(rules, surroundings.prices(sealed.model()));
        if (fault != Fault.NONE) {
            return Optional.of(provable(fault, leaf, null));
        }
        Signatures signatures = new Signatures(hashes, surroundings);
        Optional<Evidence> request =
                signatures.request(sealed.requestId(), surroundings.evidence(sealed.requestId()));
        if (request.isPresent()) {
            fault = LeafChecks.ofRequest(rules, request.get(), surroundings);
            if (fault != Fault.NONE) {
                return Optional.of(provable(fault, leaf, request.get()));
            }
        }
        Optional<Place> twin =
                surroundings.charges(
                        sealed.requestId(),
                        sealed.requesterAccount(),
                        new Place(header.epoch(), sealed.shard(), sealed.index()));
        if (twin.isEmpty()) {
            return Optional.empty();
        }
        return LeafChecks.pair(Fault.DOUBLE_CHARGE, header.epoch(), leaf, twin.get(), surroundings)
                .map(Finding.class::cast);
    }

    private static Finding provable(Fault fault, ProvenLeaf leaf, @Nullable Evidence evidence) {
        return new Finding.Provable(
                leaf.leaf().requesterAccount(), fault, leaf, evidence, null, null);
    }

    private Map<Long, BigInteger> debits(List<EpochPart> parts) {
        Map<Long, BigInteger> debits = new TreeMap<>();
        for (EpochPart part : parts) {
            part.debitsByAccount()
                    .forEach(
                            (account, amount) -> {
                                if (watched.test(account)) {
                                    debits.merge(account, amount, BigInteger::add);
                                }
                            });
        }
        return debits;
    }
}
