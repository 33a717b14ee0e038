package io.millrace.infer.batch;

/**
 * How many padded tokens a batch may have, as far as larger ones have failed for want of memory.
 * Half of what did, and then raised by a thousandth for each that ran at nearly as many: what else
 * takes the device's memory may have ended. Used by one thread.
 */
final class RoomCap {

    private static final double RAISE = 1.0 / 1024;

    /** Share of the cap from which on a batch shows that it holds. */
    private static final double NEARLY = 0.75;

    private double tokens = Double.POSITIVE_INFINITY;

    /** A batch of so many padded tokens did not fit. */
    void overran(long padded) {
        tokens = Math.max(1, Math.min(tokens, padded / 2.0));
    }

    /** One did. */
    void fitted(long padded) {
        if (padded >= NEARLY * tokens) {
            tokens += Math.max(1, tokens * RAISE);
        }
    }

    /** Rows of {@code length} tokens that fit; one always may be tried. */
    int rows(int length) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, tokens / length));
    }
}
