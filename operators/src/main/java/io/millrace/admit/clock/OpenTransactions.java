package io.millrace.admit.clock;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the transactions have been open that hold partitions of the requests back, and which are
 * to be ended. Each counts for itself: one may begin before another ends, for ever, but no request
 * lies behind one that began after it. Plain Java, one thread.
 */
final class OpenTransactions {

    /** Between two attempts to end the same one. */
    static final long RETRY_MILLIS = 30_000;

    private final long maxOpenMillis;
    private final Map<OpenTransaction, Long> seenSinceMillis = new HashMap<>();
    private final Map<OpenTransaction, Long> triedMillis = new HashMap<>();

    /**
     * @param maxOpenMillis from which on a transaction is ended
     */
    OpenTransactions(long maxOpenMillis) {
        if (maxOpenMillis < 1) {
            throw new IllegalArgumentException(
                    "transactions may be open for " + maxOpenMillis + " ms, give at least 1");
        }
        this.maxOpenMillis = maxOpenMillis;
    }

    /** Takes what a look has shown; returns those to be ended now. */
    List<OpenTransaction> update(RequestTopic.View view, long nowMillis) {
        seenSinceMillis
                .keySet()
                .removeIf(
                        known -> {
                            List<OpenTransaction> open = view.open().get(known.topicPartition());
                            return open != null && !open.contains(known);
                        });
        triedMillis.keySet().retainAll(seenSinceMillis.keySet());
        List<OpenTransaction> due = new ArrayList<>();
        for (List<OpenTransaction> open : view.open().values()) {
            for (OpenTransaction transaction : open) {
                seenSinceMillis.putIfAbsent(transaction, nowMillis);
                if (openMillis(transaction, nowMillis) >= maxOpenMillis
                        && !isTriedLately(transaction, nowMillis)) {
                    triedMillis.put(transaction, nowMillis);
                    due.add(transaction);
                }
            }
        }
        return due;
    }

    private boolean isTriedLately(OpenTransaction transaction, long nowMillis) {
        Long tried = triedMillis.get(transaction);
        return tried != null && nowMillis - tried < RETRY_MILLIS;
    }

    /** For how long the oldest has been open, 0 if there is none. */
    long longestMillis(long nowMillis) {
        long longest = 0;
        for (OpenTransaction transaction : seenSinceMillis.keySet()) {
            longest = Math.max(longest, openMillis(transaction, nowMillis));
        }
        return longest;
    }

    /** For how long {@code transaction} has been seen open. */
    long openMillis(OpenTransaction transaction, long nowMillis) {
        return nowMillis - seenSinceMillis.getOrDefault(transaction, nowMillis);
    }
}
