package io.millrace.watch.defend;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What did not succeed is tried again ever later, though never so late that its deadline comes
 * first. One thread.
 */
final class Rests {

    private static final long MOST_SECONDS = 300;

    /** A late answer still saves the bond, until somebody concludes. */
    private static final long OVERDUE_SECONDS = 30;

    /** Tries that fit into what is left, at least. */
    private static final long TRIES_LEFT = 8;

    private final LongSupplier nanoClock;
    private final Map<String, Rest> rests = new HashMap<>();

    private record Rest(long seconds, long untilNanos) {}

    /** By a clock as {@link System#nanoTime}. */
    Rests(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Not now. */
    void rest(Demand demand, long nowSeconds) {
        Rest before = rests.get(demand.id());
        long left = demand.secondsLeft(nowSeconds);
        long most = left < 0 ? OVERDUE_SECONDS : Math.max(1, left / TRIES_LEFT);
        long wanted = before == null ? 1 : 2 * before.seconds;
        long seconds = Math.min(Math.min(wanted, most), MOST_SECONDS);
        rests.put(
                demand.id(),
                new Rest(seconds, nanoClock.getAsLong() + TimeUnit.SECONDS.toNanos(seconds)));
    }

    /** Whether it is too early for another try. */
    boolean isResting(Demand demand) {
        Rest rest = rests.get(demand.id());
        return rest != null && rest.untilNanos - nanoClock.getAsLong() > 0;
    }

    /** Forgets all but these. */
    void retain(Set<String> ids) {
        rests.keySet().retainAll(ids);
    }
}
