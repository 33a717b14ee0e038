package io.millrace.infer;

import org.jspecify.annotations.Nullable;

/**
 * A runner that can be asked what it is doing. A call into native code cannot be interrupted and
 * has no time-out, so somebody must look at the clock. Runs in the pool's thread; {@link #call} may
 * be asked by any.
 */
final class WatchedRunner implements ModelRunner {

    /**
     * A call that has not returned.
     *
     * @param paddedTokens rows times the longest of them
     */
    record Call(int rows, long paddedTokens, long startedNanos) {

        /** For how long it has run. */
        long millis() {
            return (System.nanoTime() - startedNanos) / 1_000_000;
        }
    }

    private final ModelRunner inside;
    private volatile @Nullable Call call;

    WatchedRunner(ModelRunner inside) {
        this.inside = inside;
    }

    /** What it is doing, null if nothing. */
    @Nullable Call call() {
        return call;
    }

    @Override
    public float[][] embed(long[][] rows) throws Exception {
        long longest = 0;
        for (long[] row : rows) {
            longest = Math.max(longest, row.length);
        }
        call = new Call(rows.length, longest * rows.length, System.nanoTime());
        try {
            return inside.embed(rows);
        } finally {
            call = null;
        }
    }

    @Override
    public void close() {
        inside.close();
    }
}
