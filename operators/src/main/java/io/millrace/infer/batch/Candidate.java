package io.millrace.infer.batch;

import java.util.ArrayList;
import java.util.List;

/**
 * A batch that could run now: the rows of neighbouring buckets, the longest first, up to what the
 * longest of them allows.
 */
final class Candidate {

    private final int longest;
    private final int[] rowsOf;
    private final double nanos;
    private int rows;
    private long firstTurn = Long.MAX_VALUE;
    private long firstRow = Long.MAX_VALUE;

    private Candidate(BatchBucket[] buckets, int shortest, int longest, int most, CostModel cost) {
        this.longest = longest;
        this.rowsOf = new int[longest + 1];
        for (int at = longest; at >= shortest && rows < most; at--) {
            if (!buckets[at].isEmpty()) {
                rowsOf[at] = Math.min(buckets[at].size(), most - rows);
                rows += rowsOf[at];
                noteFirst(buckets[at]);
            }
        }
        nanos = cost.nanos(rows, buckets[longest].edge());
    }

    private void noteFirst(BatchBucket bucket) {
        long turn = bucket.firstTurn();
        long row = bucket.first().id();
        if (turn < firstTurn || (turn == firstTurn && row < firstRow)) {
            firstTurn = turn;
            firstRow = row;
        }
    }

    /**
     * One for each group of the division of {@code buckets} that is run in the least time: padding
     * rows to a longer bucket's length against launching a batch for them. By dynamic programming
     * over the buckets, as Fang et al. do over rows (TurboTransformers, PPoPP 2021).
     *
     * @param most rows of a batch whose longest rows are in a bucket
     */
    static List<Candidate> of(BatchBucket[] buckets, int[] most, CostModel cost) {
        double[] best = new double[buckets.length + 1];
        int[] first = new int[buckets.length];
        for (int longest = 0; longest < buckets.length; longest++) {
            if (buckets[longest].isEmpty()) {
                best[longest + 1] = best[longest];
                first[longest] = longest;
                continue;
            }
            double each = cost.rowNanos(buckets[longest].edge());
            int rows = 0;
            best[longest + 1] = Double.POSITIVE_INFINITY;
            for (int shortest = longest; shortest >= 0; shortest--) {
                int here = buckets[shortest].size();
                if (here == 0) {
                    continue;
                }
                rows += here;
                int launches = (rows + most[longest] - 1) / most[longest];
                double nanos = best[shortest] + launches * cost.launchNanos() + rows * each;
                if (nanos < best[longest + 1]) {
                    best[longest + 1] = nanos;
                    first[longest] = shortest;
                }
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        for (int longest = buckets.length - 1; longest >= 0; longest = first[longest] - 1) {
            if (!buckets[longest].isEmpty()) {
                candidates.add(
                        new Candidate(buckets, first[longest], longest, most[longest], cost));
            }
        }
        return candidates;
    }

    /** Index of the bucket with its longest rows. */
    int longest() {
        return longest;
    }

    int rows() {
        return rows;
    }

    /** How many of {@code bucket}'s rows it has. */
    int rowsOf(int bucket) {
        return bucket <= longest ? rowsOf[bucket] : 0;
    }

    /** Foreseen time in the model. */
    double nanos() {
        return nanos;
    }

    /** Whether its turn comes before {@code other}'s: of equal turns the row that came first. */
    boolean isBefore(Candidate other) {
        return firstTurn < other.firstTurn
                || (firstTurn == other.firstTurn && firstRow < other.firstRow);
    }
}
