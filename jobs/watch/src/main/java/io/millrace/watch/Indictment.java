package io.millrace.watch;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.EpochPart;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.Case.Action;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.UnderpaidCalls;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Makes cases of what was found: one against each part that debits the account. */
final class Indictment {

    private final Docket docket;

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
            BigInteger debitNano =
                    part.debitsByAccount().getOrDefault(finding.account(), BigInteger.ZERO);
            if (debitNano.signum() == 0) {
                continue;
            }
            Case found = indict(finding, part, debitNano, block);
            if (!docket.has(found.id())) {
                docket.add(found, call(finding, part, parts), batch);
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
        if (docket.has(found.id())) {
            return 0;
        }
        docket.add(found, calls, batch);
        return 1;
    }

    private static Case indict(Finding finding, EpochPart part, BigInteger debitNano, long block) {
        Action action = action(finding);
        long what = what(finding);
        EpochPart.Header header = part.header();
        return new Case(
                Docket.prefix(header.epoch(), finding.account())
                        + "%d/%s/%d".formatted(header.part(), action, what),
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

    private static long what(Finding finding) {
        if (finding instanceof Finding.Unaccounted doubt) {
            return doubt.demandedNano().longValueExact();
        }
        if (finding instanceof Finding.Unsupported doubt) {
            return Kind.position(doubt.at().shard(), doubt.at().index());
        }
        return 0;
    }

    private static String call(Finding finding, EpochPart part, List<EpochPart> parts) {
        long account = finding.account();
        if (finding instanceof Finding.Unaccounted) {
            List<EpochPart> others =
                    parts.stream()
                            .filter(other -> other.header().part() != part.header().part())
                            .filter(other -> other.debitsByAccount().containsKey(account))
                            .toList();
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
