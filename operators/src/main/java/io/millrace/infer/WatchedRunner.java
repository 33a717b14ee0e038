package io.millrace.infer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A runner that can be asked what it is doing. A call into native code cannot be interrupted and
 * has no time-out, so somebody must look at the clock. Runs in the pool's thread; {@link #call} may
 * be asked by any.
 */
final class WatchedRunner implements ModelRunner {

    /** Reading a model from a disk and optimising its graph takes so many times a batch's limit. */
    private static final int LOAD_FACTOR = 10;

    /**
     * A call that has not returned.
     *
     * @param paddedTokens rows times the longest of them; no rows while the model is loaded
     */
    record Call(int rows, long paddedTokens, long startedNanos) {

        /** For how long it has run. */
        long millis() {
            return (System.nanoTime() - startedNanos) / 1_000_000;
        }

        /** For how long it may, where a batch may for {@code maxRunMillis}. */
        long maxMillis(long maxRunMillis) {
            return rows == 0 ? maxRunMillis * LOAD_FACTOR : maxRunMillis;
        }

        /** To be thrown once it has run for longer than that. */
        IllegalStateException hung(String model, long maxRunMillis) {
            return new IllegalStateException(
                    """
                    model %s has not come back from %s for %d ms, and with --infer.batch.max.run at \
                    %d ms it may take %d ms; native code cannot be interrupted, so the job \
                    restarts, and the process ends if the call still hangs then\
                    """
                            .formatted(
                                    model, this, millis(), maxRunMillis, maxMillis(maxRunMillis)));
        }

        @Override
        public String toString() {
            return rows == 0
                    ? "being loaded"
                    : "a batch of %d rows and %d tokens".formatted(rows, paddedTokens);
        }
    }

    private volatile @Nullable Call call;
    private @Nullable ModelRunner inside;

    /** What it is doing, null if nothing. */
    @Nullable Call call() {
        return call;
    }

    /** Loads {@code model}. */
    void open(ModelEngine engine, String model) throws IOException {
        call = new Call(0, 0, System.nanoTime());
        try {
            inside = engine.runner(model);
        } finally {
            call = null;
        }
    }

    @Override
    public float[][] run(long[][] rows) throws Exception {
        ModelRunner opened = inside;
        if (opened == null) {
            throw new IllegalStateException("the model is not loaded yet");
        }
        long longest = 0;
        for (long[] row : rows) {
            longest = Math.max(longest, row.length);
        }
        call = new Call(rows.length, longest * rows.length, System.nanoTime());
        try {
            return opened.run(rows);
        } finally {
            call = null;
        }
    }

    @Override
    public void close() {
        if (inside != null) {
            inside.close();
        }
    }
}
