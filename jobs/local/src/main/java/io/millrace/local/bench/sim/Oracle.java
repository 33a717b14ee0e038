package io.millrace.local.bench.sim;

import java.util.Arrays;

/**
 * The least device time in which rows that are all there can be run: sorted by length, cut by
 * dynamic programming (Fang et al., TurboTransformers, PPoPP 2021). Batches of neighbours are best
 * where time grows with rows and with length.
 */
final class Oracle {

    private Oracle() {}

    /**
     * Nanoseconds for all rows.
     *
     * @param lengths in tokens, in any order
     */
    static long nanos(CostTable device, int[] lengths, int maxRows, int maxTokens) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        long[] best = new long[sorted.length + 1];
        for (int end = 1; end <= sorted.length; end++) {
            best[end] = Long.MAX_VALUE;
            int longest = sorted[end - 1];
            int most = Math.min(end, Math.min(maxRows, Math.max(1, maxTokens / longest)));
            for (int rows = 1; rows <= most; rows++) {
                best[end] = Math.min(best[end], best[end - rows] + device.nanos(rows, longest));
            }
        }
        return best[sorted.length];
    }
}
