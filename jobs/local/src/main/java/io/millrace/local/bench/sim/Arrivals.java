package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Streams of rows, the same for the same seed. */
final class Arrivals {

    private static final int REQUESTERS = 16;
    private static final double LOG_MEDIAN = Math.log(60);
    private static final double LOG_SPREAD = 0.87; // mean 88, 99th percentile 454

    private final Random random;
    private final int longest;

    Arrivals(long seed, int longest) {
        this.random = new Random(seed);
        this.longest = longest;
    }

    /** Lengths with a long tail: median 60 tokens. */
    int[] lognormal(int rows) {
        int[] lengths = new int[rows];
        for (int i = 0; i < rows; i++) {
            double length = Math.exp(LOG_MEDIAN + LOG_SPREAD * random.nextGaussian());
            lengths[i] = (int) Math.max(3, Math.min(longest, length));
        }
        return lengths;
    }

    /** Lengths of the production trace, clipped, from its start. */
    int[] ofTrace(int rows) {
        List<String> lines = Resource.lines("azure-llm-conversation.csv");
        int[] lengths = new int[rows];
        for (int i = 0; i < rows; i++) {
            lengths[i] = Math.min(longest, cell(lines, i, 1));
        }
        return lengths;
    }

    /** One every {@code gapNanos} on average, independent of each other. */
    List<BatchRow> steady(int[] lengths, double gapNanos, long deadlineMillis) {
        List<BatchRow> rows = new ArrayList<>(lengths.length);
        double now = 0;
        for (int i = 0; i < lengths.length; i++) {
            now += -Math.log(1 - random.nextDouble()) * gapNanos;
            rows.add(row(i, lengths[i], (long) now, deadlineMillis));
        }
        return rows;
    }

    /** With the gaps of the production trace, stretched to {@code gapNanos} on average. */
    List<BatchRow> bursty(int[] lengths, double gapNanos, long deadlineMillis) {
        List<String> lines = Resource.lines("azure-llm-conversation.csv");
        long millis = 0;
        for (int i = 0; i < lengths.length; i++) {
            millis += cell(lines, i, 0);
        }
        double stretch = gapNanos * lengths.length / millis;
        List<BatchRow> rows = new ArrayList<>(lengths.length);
        double now = 0;
        for (int i = 0; i < lengths.length; i++) {
            now += cell(lines, i, 0) * stretch;
            rows.add(row(i, lengths[i], (long) now, deadlineMillis));
        }
        return rows;
    }

    private static int cell(List<String> lines, int row, int column) {
        return Integer.parseInt(lines.get(1 + row % (lines.size() - 1)).split(",")[column]);
    }

    private BatchRow row(int id, int tokens, long nanos, long deadlineMillis) {
        String requester = "requester-" + random.nextInt(REQUESTERS);
        return new BatchRow(id, tokens, nanos / 1_000_000 + deadlineMillis, requester, nanos);
    }
}
