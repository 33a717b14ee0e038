package io.millrace.watch;

import io.millrace.audit.EpochPart;
import io.millrace.watch.follow.Rows;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is remembered of an epoch that waits, from one look to the next: no more than numbers, as a
 * settler may make many wait.
 *
 * @param mark of its row, another when there is news
 * @param nanos when it was first seen, by {@link System#nanoTime}
 * @param seconds the same, by the chain's clock
 * @param oldestSeconds when the first part that debits anybody was settled; of none that does, the
 *     first part
 * @param newestSeconds when the last part was settled
 * @param debits whether any part debits anybody
 * @param receiptsCount that its header tells
 * @param judgedReceipts visible when it was judged last, -1 if it never was
 * @param demandSeconds chain's time from when on it is judged again, as more may be demanded
 * @param nextSeconds chain's time of the next look, whether what was missing has come
 */
record Look(
        long mark,
        long nanos,
        long seconds,
        long oldestSeconds,
        long newestSeconds,
        boolean debits,
        long receiptsCount,
        long judgedReceipts,
        long demandSeconds,
        long nextSeconds) {

    /**
     * The first.
     *
     * @param settled at least one part
     */
    static Look of(long mark, long nanos, long seconds, List<Rows.Settled> settled) {
        boolean debits = settled.stream().anyMatch(one -> isDebiting(one.part()));
        return new Look(
                mark,
                nanos,
                seconds,
                settled.stream()
                        .filter(one -> !debits || isDebiting(one.part()))
                        .mapToLong(Rows.Settled::settledSeconds)
                        .min()
                        .orElseThrow(),
                settled.stream().mapToLong(Rows.Settled::settledSeconds).max().orElseThrow(),
                debits,
                settled.get(0).part().header().receiptsCount(),
                -1,
                0,
                0);
    }

    /**
     * How long what it debits is settled. Parts that debit nobody may follow for days, and nothing
     * begins anew with them: the window of the part that took the money does not wait.
     */
    long ageSeconds(long now) {
        return now - oldestSeconds;
    }

    /** It was judged {@code now}, of so many receipts. */
    Look judged(long receipts, long now, Patience patience) {
        OptionalLong next = patience.nextAfter(ageSeconds(now));
        long over = newestSeconds + patience.windowSeconds() + 1;
        return with(receipts, next.isPresent() ? oldestSeconds + next.getAsLong() : over, now);
    }

    /** Nothing has come until now; it is looked at again {@code then}. */
    Look lookedAt(long then) {
        return with(judgedReceipts, demandSeconds, Math.min(then, demandSeconds));
    }

    private Look with(long receipts, long demand, long next) {
        return new Look(
                mark,
                nanos,
                seconds,
                oldestSeconds,
                newestSeconds,
                debits,
                receiptsCount,
                receipts,
                demand,
                next);
    }

    private static boolean isDebiting(EpochPart part) {
        return part.debits().stream().anyMatch(word -> word.signum() != 0);
    }
}
