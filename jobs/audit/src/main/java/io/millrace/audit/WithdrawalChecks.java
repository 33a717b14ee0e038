package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.WithdrawalHistory.Carried;
import io.millrace.audit.WithdrawalHistory.End;
import io.millrace.audit.WithdrawalHistory.Withdrawal;
import io.millrace.audit.WithdrawalHistory.WithdrawalId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What owners ask back is released by the first epoch that has heard of it, once, and whole but for
 * what they have spent (M7). The movements of the chain come first, then the epochs in their order,
 * then the requests.
 */
final class WithdrawalChecks {

    private final boolean requireSettled;
    private final ChainBooks chain;
    private final Totals totals;
    private final Findings unasked;
    private final WithdrawalHistory history;
    private final WithdrawalReasons reasons;
    private final Map<WithdrawalId, Long> closedIn = new HashMap<>();
    private final Map<WithdrawalId, Sealing> sealed = new HashMap<>();
    private final Map<WithdrawalId, Header> due = new HashMap<>();
    private final NavigableMap<Long, List<WithdrawalId>> unheard = new TreeMap<>();

    /** A release and the epoch that it is in. */
    private record Sealing(Header header, Release release) {}

    /**
     * @param history with all movements
     * @param unasked what the history found
     */
    WithdrawalChecks(
            AnchorState before,
            WithdrawalHistory history,
            Findings unasked,
            ChainBooks chain,
            boolean requireSettled,
            Totals totals) {
        this.requireSettled = requireSettled;
        this.chain = chain;
        this.totals = totals;
        this.unasked = unasked;
        this.history = history;
        reasons = new WithdrawalReasons(before, chain);
        for (Carried carried : before.withdrawals()) {
            if (carried.sealedIn() > 0) {
                closedIn.put(carried.withdrawal().id(), carried.sealedIn());
            }
        }
        for (Withdrawal withdrawal : history.all()) {
            if (!closedIn.containsKey(withdrawal.id())) {
                unheard.computeIfAbsent(withdrawal.asked().block(), block -> new ArrayList<>())
                        .add(withdrawal.id());
            }
        }
    }

    void epoch(EpochRows epoch, boolean closed) {
        for (EpochPart part : epoch.parts()) {
            NavigableMap<Long, List<WithdrawalId>> heard =
                    unheard.headMap(part.header().l2Block(), true);
            heard.values().forEach(ids -> ids.forEach(id -> due.put(id, part.header())));
            heard.clear();
            for (Release release : part.released()) {
                totals.add(Total.RELEASES, BigInteger.ONE, closed);
                release(epoch, part, release, closed);
            }
        }
    }

    void request(RequestRows rows, long closedEpoch) {
        reasons.request(rows, closedEpoch);
    }

    List<Check> all() {
        return List.of(
                answered(),
                unasked.check(
                        "releases-requested",
                        "%d releases of %d withdrawals"
                                .formatted(
                                        totals.of(Total.RELEASES), totals.of(Total.WITHDRAWALS))),
                reasons.check(totals));
    }

    /** What the next audit must know, if epochs up to {@code closedEpoch} are closed. */
    List<Carried> carried(long closedEpoch) {
        List<Carried> carried = new ArrayList<>();
        for (Withdrawal withdrawal : history.all()) {
            long sealedIn = sealedIn(withdrawal.id(), closedEpoch);
            if (sealedIn == 0 || history.isNewest(withdrawal.id())) {
                carried.add(new Carried(withdrawal, sealedIn, reasons.closedHeld(withdrawal.id())));
            }
        }
        return carried;
    }

    /** What closed requests were charged, by requester. */
    Map<String, BigInteger> closedDebits() {
        return reasons.closedDebits();
    }

    /** The epochs have come: whose requests must be remembered beyond their closing. */
    void endEpochs(long closedEpoch) {
        for (Withdrawal withdrawal : history.all()) {
            if (sealedIn(withdrawal.id(), closedEpoch) == 0) {
                reasons.remember(withdrawal);
            }
        }
    }

    private long sealedIn(WithdrawalId id, long closedEpoch) {
        Sealing sealing = sealed.get(id);
        return sealing != null && sealing.header().epoch() <= closedEpoch
                ? sealing.header().epoch()
                : closedIn.getOrDefault(id, 0L);
    }

    private void release(EpochRows epoch, EpochPart part, Release release, boolean closed) {
        WithdrawalId id = WithdrawalId.of(release);
        Sealing sealing = new Sealing(part.header(), release);
        Sealing first = sealed.putIfAbsent(id, sealing);
        Long before = first == null ? closedIn.get(id) : Long.valueOf(first.header().epoch());
        if (before != null) {
            unasked.add("%s releases %s, epoch %d did".formatted(part.name(), release, before));
        }
        if (first != null) {
            return;
        }
        Withdrawal withdrawal = history.get(id);
        if (withdrawal == null) {
            if (!mayBeNewer(sealing)) {
                unasked.add(
                        "epoch %d releases %s, which nobody asked for"
                                .formatted(epoch.epoch(), release));
            }
            return;
        }
        BigInteger missing = withdrawal.asked().amountNano().subtract(release.amountNano());
        if (missing.signum() < 0) {
            unasked.add(
                    "epoch %d releases %s, %s were asked for"
                            .formatted(epoch.epoch(), release, withdrawal.asked().amountNano()));
        } else if (missing.signum() > 0 && !withdrawal.left()) {
            totals.add(Total.SHORTENED, BigInteger.ONE, closed);
            reasons.shortened(withdrawal, release, epoch);
        }
    }

    /** The epoch log was read after the chain: it may have heard more. */
    private boolean mayBeNewer(Sealing sealing) {
        Release release = sealing.release();
        return !requireSettled
                && sealing.header().epoch() > chain.head().epoch()
                && release.request() > history.lastRequest(release.account());
    }

    private Check answered() {
        Findings findings = new Findings();
        long open = 0;
        for (Withdrawal withdrawal : history.all()) {
            open += withdrawal.end() == End.OPEN ? 1 : 0;
            if (withdrawal.end() == End.ESCAPED || closedIn.containsKey(withdrawal.id())) {
                continue;
            }
            Header epoch = due.get(withdrawal.id());
            String why = epoch == null ? "" : unheard(withdrawal, epoch);
            if (why.isEmpty() && withdrawal.end() == End.OPEN) {
                why = overdue(withdrawal.asked());
            }
            if (!why.isEmpty()) {
                findings.add(
                        "%s, %s nano-USD asked for in block %d, %s"
                                .formatted(
                                        withdrawal.id(),
                                        withdrawal.asked().amountNano(),
                                        withdrawal.asked().block(),
                                        why));
            }
        }
        long asked = totals.of(Total.WITHDRAWALS).longValueExact();
        long escaped = totals.of(Total.ESCAPED).longValueExact();
        return findings.check(
                "withdrawals-answered",
                "%d asked for: %d released, %d left by the hatch, %d in time"
                        .formatted(asked, asked - escaped - open, escaped, open));
    }

    /**
     * A cut takes every release it has heard of, so the first epoch of a cut behind the block has
     * it, or an epoch of the same cut.
     */
    private String unheard(Withdrawal withdrawal, Header first) {
        @Nullable Sealing sealing = sealed.get(withdrawal.id());
        if (sealing == null) {
            return "is in no epoch, and epoch %d reflects block %d"
                    .formatted(first.epoch(), first.l2Block());
        }
        boolean late =
                sealing.header().epoch() > first.epoch()
                        && !sealing.header().cutDigest().equals(first.cutDigest());
        return late
                ? "is released by epoch %d only, epoch %d reflects block %d"
                        .formatted(sealing.header().epoch(), first.epoch(), first.l2Block())
                : "";
    }

    private String overdue(Asked asked) {
        long seconds = chain.seconds() - asked.seconds();
        return requireSettled || seconds >= chain.escapeAfterSeconds()
                ? "is open after " + seconds + " s"
                : "";
    }
}
