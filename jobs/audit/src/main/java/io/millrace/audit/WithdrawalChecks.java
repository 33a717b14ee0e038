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
 * What owners ask back is released by the first epoch that has heard of it, whole but for what they
 * have spent (M7). Later epochs may release of the rest, up to what was asked for, and none that
 * has heard that it was taken back. The movements of the chain come first, then the epochs in their
 * order, then the requests.
 */
final class WithdrawalChecks {

    private final boolean requireSettled;
    private final ChainBooks chain;
    private final @Nullable Header newest;
    private final Totals totals;
    private final Findings unasked;
    private final WithdrawalHistory history;
    private final WithdrawalReasons reasons;
    private final Map<WithdrawalId, Long> closedIn = new HashMap<>();
    private final Map<WithdrawalId, Sealing> sealed = new HashMap<>();
    private final Map<WithdrawalId, Header> due = new HashMap<>();
    private final Map<WithdrawalId, Header> cancelled = new HashMap<>();
    private final Map<WithdrawalId, BigInteger> sealedNano = new HashMap<>();
    private final Map<WithdrawalId, BigInteger> closedNano = new HashMap<>();
    private final NavigableMap<Long, List<WithdrawalId>> unheard = new TreeMap<>();
    private final NavigableMap<Long, List<WithdrawalId>> unheardCancels = new TreeMap<>();

    /** A release and the epoch that it is in. */
    private record Sealing(Header header, Release release) {}

    /**
     * @param history with all movements
     * @param unasked what the history found
     * @param newest last in the epoch log, null if it is empty
     */
    WithdrawalChecks(
            AnchorState before,
            WithdrawalHistory history,
            Findings unasked,
            ChainBooks chain,
            @Nullable Header newest,
            boolean requireSettled,
            Totals totals) {
        this.requireSettled = requireSettled;
        this.chain = chain;
        this.newest = newest;
        this.totals = totals;
        this.unasked = unasked;
        this.history = history;
        reasons = new WithdrawalReasons(before, chain);
        for (Carried carried : before.withdrawals()) {
            sealedNano.put(carried.withdrawal().id(), carried.sealedNano());
            closedNano.put(carried.withdrawal().id(), carried.sealedNano());
            if (carried.sealedIn() > 0) {
                closedIn.put(carried.withdrawal().id(), carried.sealedIn());
            }
        }
        for (Withdrawal withdrawal : history.all()) {
            if (withdrawal.end() == End.CANCELLED) {
                unheardCancels
                        .computeIfAbsent(withdrawal.endBlock(), block -> new ArrayList<>())
                        .add(withdrawal.id());
            }
            if (!closedIn.containsKey(withdrawal.id())) {
                unheard.computeIfAbsent(withdrawal.asked().block(), block -> new ArrayList<>())
                        .add(withdrawal.id());
            }
        }
    }

    void epoch(EpochRows epoch, boolean closed) {
        for (EpochPart part : epoch.parts()) {
            hear(unheard, part.header(), due);
            hear(unheardCancels, part.header(), cancelled);
            for (Release release : part.released()) {
                totals.add(Total.RELEASES, BigInteger.ONE, closed);
                release(epoch, part, release, closed);
            }
        }
    }

    private static void hear(
            NavigableMap<Long, List<WithdrawalId>> unheard,
            Header header,
            Map<WithdrawalId, Header> first) {
        NavigableMap<Long, List<WithdrawalId>> heard = unheard.headMap(header.l2Block(), true);
        heard.values().forEach(ids -> ids.forEach(id -> first.put(id, header)));
        heard.clear();
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
            WithdrawalId id = withdrawal.id();
            long sealedIn = sealedIn(id, closedEpoch);
            if (sealedIn == 0 || history.isNewest(id) || mayCome(withdrawal, closedEpoch)) {
                carried.add(
                        new Carried(
                                withdrawal,
                                sealedIn,
                                closedNano.getOrDefault(id, BigInteger.ZERO),
                                reasons.closedHeld(id)));
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

    /**
     * Whether an epoch to come may still release what the vault will skip: what was posted before
     * its end was heard of is sealed no later than the first answer to the request after it.
     */
    private boolean mayCome(Withdrawal withdrawal, long closedEpoch) {
        WithdrawalId next =
                new WithdrawalId(withdrawal.asked().account(), withdrawal.asked().request() + 1);
        return withdrawal.isSkipped() && sealedIn(next, closedEpoch) == 0;
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
        boolean isFirst = sealed.putIfAbsent(id, sealing) == null && !closedIn.containsKey(id);
        BigInteger sum = sealedNano.merge(id, release.amountNano(), BigInteger::add);
        if (closed) {
            closedNano.merge(id, release.amountNano(), BigInteger::add);
        }
        if (!isFirst && release.amountNano().signum() == 0) {
            unasked.add("%s releases %s, which says nothing".formatted(part.name(), release));
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
        BigInteger asked = withdrawal.asked().amountNano();
        if (sum.compareTo(asked) > 0) {
            unasked.add(
                    "epoch %d releases %s, %s in all, %s were asked for"
                            .formatted(epoch.epoch(), release, sum, asked));
        } else if (isFirst && sum.compareTo(asked) < 0 && !withdrawal.left()) {
            totals.add(Total.SHORTENED, BigInteger.ONE, closed);
            reasons.shortened(withdrawal, release, epoch);
        }
        if (withdrawal.isSkipped()) {
            skipped(withdrawal, sealing, closed);
        }
    }

    /** What was posted before its end was heard of comes back, but not at once. */
    private void skipped(Withdrawal withdrawal, Sealing sealing, boolean closed) {
        Header heard = cancelled.get(withdrawal.id());
        if (heard != null
                && sealing.header().epoch() > heard.epoch()
                && !sealing.header().cutDigest().equals(heard.cutDigest())) {
            unasked.add(
                    "epoch %d releases %s, which was cancelled in block %d, and epoch %d had heard"
                            .formatted(
                                    sealing.header().epoch(),
                                    sealing.release(),
                                    withdrawal.endBlock(),
                                    heard.epoch()));
        }
        long account = withdrawal.asked().account();
        long last = history.lastRequest(account);
        for (long request = withdrawal.asked().request() + 1; request <= last; request++) {
            Withdrawal later = history.get(new WithdrawalId(account, request));
            if (later != null && sealing.header().epoch() > later.settledEpoch()) {
                reasons.tied(later, sealing.release().amountNano(), closed);
            }
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
        long notYet = 0;
        for (Withdrawal withdrawal : history.all()) {
            open += withdrawal.end() == End.OPEN ? 1 : 0;
            if (withdrawal.isSkipped() || closedIn.containsKey(withdrawal.id())) {
                continue;
            }
            Header epoch = due.get(withdrawal.id());
            boolean mayCome = epoch != null && mayCome(withdrawal, epoch);
            notYet += mayCome ? 1 : 0;
            String why = epoch == null || mayCome ? "" : unheard(withdrawal, epoch);
            if (why.isEmpty() && !withdrawal.isAnswered()) {
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
        long taken = totals.of(Total.CANCELLED).longValueExact();
        return findings.check(
                "withdrawals-answered",
                "%d asked for: %d released, %d left by the hatch, %d cancelled, %d open in part or in time"
                        .formatted(asked, asked - escaped - taken - open, escaped, taken, open),
                notYet);
    }

    /** A shard with much to cut comes last into the epochs of its cut, and its releases with it. */
    private boolean mayCome(Withdrawal withdrawal, Header first) {
        return !requireSettled
                && newest != null
                && !sealed.containsKey(withdrawal.id())
                && first.cutDigest().equals(newest.cutDigest());
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
