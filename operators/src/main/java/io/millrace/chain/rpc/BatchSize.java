package io.millrace.chain.rpc;

/**
 * How many calls the next batch has. Starts at 100; shrinks to what came of a batch, or to half if
 * nothing did. Limits of batches are fixed, so it tries a larger one only after a number of full
 * ones, and after twice that number if the larger one was cut again.
 */
public final class BatchSize {

    private static final int FIRST = 100;
    private static final int PATIENCE = 16;
    private static final int MAX_PATIENCE = 1_024;

    private int calls = FIRST;
    private int full;
    private int patience = PATIENCE;

    public int calls() {
        return calls;
    }

    /** Of a batch of {@code asked} calls {@code came} were answered. */
    public void answered(int asked, int came) {
        if (came < asked) {
            calls = Math.max(1, came > 0 ? came : asked / 2);
            full = 0;
            patience = Math.min(MAX_PATIENCE, 2 * patience);
        } else if (asked == calls && calls < FIRST && ++full >= patience) {
            calls = Math.min(FIRST, calls + Math.max(1, calls / 4));
            full = 0;
        }
    }
}
