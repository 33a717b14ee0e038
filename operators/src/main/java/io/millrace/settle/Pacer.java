package io.millrace.settle;

import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with work bit by bit between the records of a task: as long as a bit takes the records
 * wait, and then the work waits as long. Used by the task's thread.
 */
final class Pacer {

    private final ProcessingTimeService time;
    private final Bit bit;
    private @Nullable ScheduledFuture<?> next;

    Pacer(ProcessingTimeService time, Bit bit) {
        this.time = time;
        this.bit = bit;
    }

    /** A part of the work. */
    @FunctionalInterface
    interface Bit {

        /** Does it. Returns whether more is left. */
        boolean goOn() throws Exception;
    }

    /** There is work, if it is not under way anyway. */
    void goOnSoon() {
        if (next == null) {
            goOnIn(1);
        }
    }

    private void goOnIn(long millis) {
        next = time.registerTimer(now() + millis, at -> goOn());
    }

    private void goOn() throws Exception {
        next = null;
        long started = now();
        if (bit.goOn()) {
            goOnIn(Math.max(1, now() - started));
        }
    }

    private long now() {
        return time.getCurrentProcessingTime();
    }
}
