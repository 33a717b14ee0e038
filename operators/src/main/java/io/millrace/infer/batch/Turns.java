package io.millrace.infer.batch;

import java.util.HashMap;
import java.util.Map;

/**
 * Whose turn it is among requesters: start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996)
 * in tokens. A row's turn is where its requester's row before it ended, but not before the smallest
 * turn that waits. So of two requesters with rows waiting all the time neither is served more than
 * a few rows ahead of the other, however many rows it has; and who had no row waiting joins at the
 * front.
 */
final class Turns {

    private final Map<String, Long> ends = new HashMap<>();
    private long now;

    /** The turn of {@code row}, which has just come. */
    long next(BatchRow row) {
        long start = Math.max(now, ends.getOrDefault(row.requesterAddress(), now));
        ends.put(row.requesterAddress(), start + row.tokens());
        return start;
    }

    /** The smallest turn that waits now, Long.MAX_VALUE if none does. */
    void waiting(long smallest) {
        if (smallest == Long.MAX_VALUE) { // nobody waits, so there is nobody to be fair to
            ends.clear();
            now = 0;
        } else if (smallest > now) {
            now = smallest;
            ends.values().removeIf(end -> end <= smallest);
        }
    }

    /** The last turn that may go before its time, {@code tokens} ahead of the smallest. */
    long ahead(long tokens) {
        return now + tokens;
    }
}
