package io.millrace.audit.read;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Says how far a long stage is, how fast, and how long it will still take: a line every five
 * seconds, none for what is shorter. One thread.
 */
public final class Progress {

    private static final long PAUSE_NANOS = 5_000_000_000L;
    private static final long CLOCK_EVERY = 256;

    private final Consumer<String> lines;
    private final LongSupplier nanoClock;
    private String stage = "";
    private long total;
    private long done;
    private long calls;
    private long startNanos;
    private long lastNanos;

    /**
     * @param lines where they go
     * @param nanoClock as {@link System#nanoTime}
     */
    public Progress(Consumer<String> lines, LongSupplier nanoClock) {
        this.lines = lines;
        this.nanoClock = nanoClock;
    }

    /** Says nothing. */
    public static Progress silent() {
        return new Progress(line -> {}, System::nanoTime);
    }

    /**
     * Begins a stage and ends the one before.
     *
     * @param what is done, with the unit that {@code total} counts
     */
    public void stage(String what, long total) {
        end();
        stage = what;
        this.total = total;
        done = 0;
        startNanos = nanoClock.getAsLong();
        lastNanos = startNanos;
    }

    public void advance(long count) {
        done += count;
        calls++;
        if (calls % CLOCK_EVERY == 0) {
            show();
        }
    }

    /** Looks at the clock at once: for a step that takes long itself. */
    public void step(long count) {
        done += count;
        show();
    }

    /** The same, of a stage whose steps are not counted: it is so far. */
    public void reached(long place) {
        done = place;
        show();
    }

    public void end() {
        long nanos = nanoClock.getAsLong() - startNanos;
        if (!stage.isEmpty() && nanos >= PAUSE_NANOS) {
            lines.accept(
                    "%s: %,d in %s, %,d a second"
                            .formatted(stage, done, duration(nanos), rate(nanos)));
        }
        stage = "";
    }

    private void show() {
        long now = nanoClock.getAsLong();
        if (now - lastNanos < PAUSE_NANOS) {
            return;
        }
        lastNanos = now;
        long nanos = now - startNanos;
        long rate = rate(nanos);
        long left = Math.max(0, total - done);
        lines.accept(
                "%s: %,d of %,d (%d %%), %,d a second, %s left"
                        .formatted(
                                stage,
                                done,
                                total,
                                total == 0 ? 100 : 100 * done / total,
                                rate,
                                rate == 0
                                        ? "unknown time"
                                        : duration(left * 1_000_000_000L / rate)));
    }

    private long rate(long nanos) {
        return Math.round(done / (nanos / 1e9));
    }

    private static String duration(long nanos) {
        long seconds = nanos / 1_000_000_000L;
        return seconds < 120 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }
}
