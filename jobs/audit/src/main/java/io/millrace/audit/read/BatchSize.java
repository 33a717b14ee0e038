package io.millrace.audit.read;

/**
 * How many calls the next batch has: what came of the last one, or half of it if nothing did. After
 * a number of full ones a longer one is tried, as a node may only have been busy.
 */
final class BatchSize {

    private static final int MOST = 100;
    private static final int PATIENCE = 16;

    private int calls = MOST;
    private int full;

    int calls() {
        return calls;
    }

    /** Of a batch of {@code asked} calls {@code came} were answered. */
    void answered(int asked, int came) {
        if (came < asked) {
            calls = Math.max(1, came > 0 ? came : asked / 2);
            full = 0;
        } else if (asked == calls && ++full >= PATIENCE) {
            calls = Math.min(MOST, calls + Math.max(1, calls / 4));
            full = 0;
        }
    }
}
