package io.millrace.watch;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.EpochPart;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.Case.Action;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.SealedLeaf;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.UnderpaidCalls;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes cases of what was found in one epoch: one against each part that debits the account. */
final class Indictment {

    /** Each about 70,000 gas. */
    private static final int FEW_OTHERS = 8;

    private final Docket docket;
    private final Map<Long, Map<Long, BigInteger>> debits = new HashMap<>();
    private final Set<String> added = new HashSet<>();

    Indictment(Docket docket) {
        this.docket = docket;
    }

    /**
     * Adds the cases that are new.
     *
     * @param parts all settled ones of the epoch
     * @param block the newest
     * @return how many
     */
    int add(Finding finding, List<EpochPart> parts, long block, WatchStore.Batch batch)
            throws IOException {
        if (finding instanceof Finding.Underpaid underpaid) {
            return add(underpaid, parts, block, batch);
        }
        int added = 0;
        for (EpochPart part : parts) {
            if (debit(part, finding.account()).signum() == 0) {
                continue;
            }
            List<EpochPart> others =
                    finding instanceof Finding.Unaccounted doubt
                            ? others(doubt, part, parts)
                            : List.of();
            Case found = indict(finding, part, others, block);
            if (isNew(found)) {
                docket.add(found, call(finding, part, others), batch);
                added++;
            }
        }
        return added;
    }

    /** One case against the part that has moved most: more than a part moved is not taken of it. */
    private int add(
            Finding.Underpaid finding, List<EpochPart> parts, long block, WatchStore.Batch batch)
            throws IOException {
        EpochPart accused =
                Collections.max(parts, Comparator.comparing(part -> part.header().partSumNano()));
        List<String> calls = UnderpaidCalls.of(accused, parts, finding.account(), finding.leaves());
        EpochPart.Header header = accused.header();
        Case found =
                new Case(
                        Docket.earnerPrefix(header.epoch(), finding.account())
                                + "%d/%s".formatted(header.part(), Action.PROVE_UNDERPAID),
                        Action.PROVE_UNDERPAID,
                        header.epoch(),
                        header.part(),
                        finding.account(),
                        calls.size() - 1L,
                        finding.shownNano(),
                        finding.why(),
                        Case.State.FOUND,
                        block);
        if (!isNew(found)) {
            return 0;
        }
        docket.add(found, calls, batch);
        return 1;
    }

    /** Neither on disk, nor in the batch that is being made. */
    private boolean isNew(Case found) throws IOException {
        return !docket.has(found.id()) && added.add(found.id());
    }

    /** Whether a proof was taken before the tribunal, and led nowhere. */
    static boolean isRefused(long epoch, Finding.Provable proof, Docket docket) throws IOException {
        String end = "/" + ending(proof, what(proof, BigInteger.ZERO));
        for (Case before : docket.of(epoch, proof.account())) {
            if (before.state() == Case.State.REFUSED && before.id().endsWith(end)) {
                return true;
            }
        }
        return false;
    }

    private Case indict(Finding finding, EpochPart part, List<EpochPart> others, long block) {
        Action action = action(finding);
        BigInteger debitNano = debit(part, finding.account());
        long what =
                what(
                        finding,
                        others.stream()
                                .map(other -> debit(other, finding.account()))
                                .reduce(debitNano, BigInteger::add));
        EpochPart.Header header = part.header();
        return new Case(
                Docket.prefix(header.epoch(), finding.account())
                        + "%d/%s".formatted(header.part(), ending(finding, what)),
                action,
                header.epoch(),
                header.part(),
                finding.account(),
                what,
                debitNano,
                finding.why(),
                Case.State.FOUND,
                block);
    }

    private static Action action(Finding finding) {
        if (finding instanceof Finding.Unaccounted) {
            return Action.CHALLENGE_STATEMENT;
        }
        if (finding instanceof Finding.Provable provable) {
            if (provable.other() != null) {
                return Action.PROVE_PAIR;
            }
            return provable.evidence() != null ? Action.PROVE_REQUEST : Action.PROVE_LEAF;
        }
        return Action.CHALLENGE_LEAF;
    }

    /** What makes a case another than those against the same part: one refused blocks no other. */
    private static String ending(Finding finding, long what) {
        String own = "%s/%d".formatted(action(finding), what);
        if (finding instanceof Finding.Provable proof && proof.other() != null) {
            SealedLeaf other = proof.other().leaf().leaf();
            return own
                    + "/%d-%d"
                            .formatted(
                                    proof.other().header().epoch(),
                                    Kind.position(other.shard(), other.index()));
        }
        return own;
    }

    /** As the tribunal has it of a challenge; of a proof the place of its leaf. */
    private static long what(Finding finding, BigInteger demandedNano) {
        if (finding instanceof Finding.Unsupported doubt) {
            return Kind.position(doubt.at().shard(), doubt.at().index());
        }
        if (finding instanceof Finding.Provable proof) {
            SealedLeaf leaf = proof.leaf().leaf();
            return Kind.position(leaf.shard(), leaf.index());
        }
        return demandedNano.longValueExact();
    }

    /**
     * Parts that a statement is demanded together with: those that debit most, and no more than
     * have to be, as each costs gas. Who is demanded more than its leaves come to cannot answer; if
     * even all parts come to no more, few will do.
     */
    private List<EpochPart> others(
            Finding.Unaccounted doubt, EpochPart part, List<EpochPart> parts) {
        long account = doubt.account();
        List<EpochPart> dearest =
                parts.stream()
                        .filter(other -> other.header().part() != part.header().part())
                        .filter(other -> debit(other, account).signum() > 0)
                        .sorted(
                                Comparator.comparing((EpochPart other) -> debit(other, account))
                                        .reversed())
                        .toList();
        BigInteger demanded = debit(part, account);
        int taken = 0;
        boolean reaches = doubt.demandedNano().compareTo(doubt.shownNano()) > 0;
        while (taken < (reaches ? dearest.size() : Math.min(FEW_OTHERS, dearest.size()))
                && demanded.compareTo(doubt.shownNano()) <= 0) {
            demanded = demanded.add(debit(dearest.get(taken), account));
            taken++;
        }
        return dearest.subList(0, taken).stream()
                .sorted(Comparator.comparingLong(other -> other.header().part()))
                .toList();
    }

    private BigInteger debit(EpochPart part, long account) {
        return debits.computeIfAbsent(part.header().part(), p -> part.debitsByAccount())
                .getOrDefault(account, BigInteger.ZERO);
    }

    private static String call(Finding finding, EpochPart part, List<EpochPart> others) {
        long account = finding.account();
        if (finding instanceof Finding.Unaccounted) {
            return TribunalCalls.challengeStatement(part, account, others);
        }
        if (finding instanceof Finding.Unsupported doubt) {
            return TribunalCalls.challengeLeaf(
                    part, account, doubt.at().shard(), doubt.at().index());
        }
        Finding.Provable provable = (Finding.Provable) finding;
        if (provable.other() != null) {
            ProvenLeaf other = provable.other().leaf();
            return provable.before() == null
                    ? TribunalCalls.provePair(part, account, provable.leaf(), other)
                    : TribunalCalls.provePairOfEpochs(
                            part, account, provable.leaf(), provable.before(), other);
        }
        if (provable.fault().compareTo(Fault.OVERCHARGED) < 0) {
            return TribunalCalls.proveLeaf(part, account, provable.leaf());
        }
        return TribunalCalls.proveAgainstRequest(
                part,
                account,
                provable.leaf(),
                requireNonNull(provable.evidence(), "no evidence against the request"));
    }
}
