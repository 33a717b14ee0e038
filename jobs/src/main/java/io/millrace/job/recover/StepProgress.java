package io.millrace.job.recover;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Says every few seconds how far a step is, and how long the rest takes at this pace. */
final class StepProgress {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String step;
    private final Consumer<String> says;
    private final long beganNanos = System.nanoTime();

    private long saidNanos = beganNanos;
    private long left;
    private long done;

    /**
     * @param left how many records there are
     */
    StepProgress(String step, long left, Consumer<String> says) {
        this.step = step;
        this.left = left;
        this.says = says;
    }

    /** Counts {@code records} that are done. */
    void count(long records) {
        count(records, Math.max(0, left - records));
    }

    /** Counts {@code records} that are done, after which so many are left. */
    void count(long records, long left) {
        done += records;
        this.left = left;
        long now = System.nanoTime();
        if (now - saidNanos >= PAUSE_NANOS) {
            saidNanos = now;
            double seconds = (now - beganNanos) / 1e9;
            says.accept(
                    "%s: %d records read, %d to go, %.0f a second, %.0f s left"
                            .formatted(step, done, left, done / seconds, left * seconds / done));
        }
    }
}
