package io.millrace.watch.defend;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The chain's clock, which goes on while the node is away or stands still: deadlines do not wait
 * for it. One thread.
 */
final class ChainTime {

    private final LongSupplier nanoClock;
    private long seconds;
    private long seenNanos;

    /** By a clock as {@link System#nanoTime} between blocks. */
    ChainTime(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        seenNanos = nanoClock.getAsLong();
    }

    /** The newest block is of that time, unix seconds; an older one than before says nothing. */
    void see(long blockSeconds) {
        if (blockSeconds > seconds) {
            seconds = blockSeconds;
            seenNanos = nanoClock.getAsLong();
        }
    }

    /** Unix seconds; 0 before a block was seen. */
    long now() {
        return seconds == 0 ? 0 : seconds + age();
    }

    /** Seconds since a block came that was newer than those before. */
    long age() {
        return TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nanoClock.getAsLong() - seenNanos));
    }
}
