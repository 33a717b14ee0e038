package io.millrace.admit;

import org.apache.flink.api.common.state.MapState;
import org.apache.flink.streaming.api.TimerService;
import org.jspecify.annotations.Nullable;

/**
 * Forgets the requests of one requester and deadline, {@value #CHUNK} at a time. There may be
 * millions of them, and while one call walked them all no checkpoint barrier and no other requester
 * could pass. An event-time timer cannot give way: whatever it registers for the same watermark
 * fires in the same call. So the rest waits for a processing-time timer, one a millisecond and
 * subtask, since all of one millisecond fire in one call too.
 *
 * <p>State, so that a restore goes on where the walk was: for each deadline the request to go on
 * with, and for each such timer its deadline. Called by the task's thread, in the key's context.
 */
final class ExpiryWalk {

    /** A few milliseconds of RocksDB. */
    static final int CHUNK = 128;

    private final MapState<String, Admitted> admitted;
    private final MapState<Long, String> lastByDeadline;
    private final MapState<Long, Long> walks;
    private long lastWakeMillis;

    ExpiryWalk(
            MapState<String, Admitted> admitted,
            MapState<Long, String> lastByDeadline,
            MapState<Long, Long> walks) {
        this.admitted = admitted;
        this.lastByDeadline = lastByDeadline;
        this.walks = walks;
    }

    /** Walks the first requests of {@code deadlineMillis}, which has passed. */
    void begin(long deadlineMillis, TimerService timers) throws Exception {
        walk(deadlineMillis, timers.currentProcessingTime(), timers);
    }

    /** Goes on with what was to wake up at {@code wakeMillis}. */
    void resume(long wakeMillis, TimerService timers) throws Exception {
        Long deadlineMillis = walks.get(wakeMillis);
        if (deadlineMillis != null) {
            walks.remove(wakeMillis);
            walk(deadlineMillis, wakeMillis, timers);
        }
    }

    private void walk(long deadlineMillis, long nowMillis, TimerService timers) throws Exception {
        String requestId = lastByDeadline.get(deadlineMillis);
        for (int walked = 0; requestId != null && walked < CHUNK; walked++) {
            requestId = forget(requestId);
        }
        if (requestId == null) {
            lastByDeadline.remove(deadlineMillis);
            return;
        }
        lastByDeadline.put(deadlineMillis, requestId);
        long wakeMillis = Math.max(lastWakeMillis, nowMillis) + 1;
        while (walks.contains(wakeMillis)) {
            wakeMillis++; // registered before a restore
        }
        lastWakeMillis = wakeMillis;
        walks.put(wakeMillis, deadlineMillis);
        timers.registerProcessingTimeTimer(wakeMillis);
    }

    /** Returns the next one. */
    private @Nullable String forget(String requestId) throws Exception {
        Admitted entry = admitted.get(requestId);
        if (entry.open()) {
            admitted.put(requestId, entry.pastDeadline()); // its charge still needs the reservation
        } else {
            admitted.remove(requestId);
        }
        return entry.next();
    }
}
