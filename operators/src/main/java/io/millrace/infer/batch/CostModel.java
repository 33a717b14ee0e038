package io.millrace.infer.batch;

/**
 * How long a batch runs on one device, learned from the batches that ran: {@code T = c0 + rows *
 * (c1 * length + c2 * length^2)}, the launch, what each token costs, and attention, which each pays
 * for all others of its row. No coefficient is negative.
 *
 * <p>Fitted by least squares of the relative error. A batch that ran counts by half after some
 * thirty more; what the warm-up saw never fades away entirely, so that traffic of one shape alone
 * does not make the model forget the others. A batch that took much longer than foreseen, as one
 * beside a garbage collection does, counts less.
 *
 * <p>It also knows how large a batch may be before it fails for want of memory ({@link #fitting}).
 *
 * <p>Used by one thread; {@link #error} may be asked by any.
 */
public final class CostModel {

    /** Share of the best throughput at which a larger batch is no longer worth its latency. */
    private static final double KNEE = 0.95;

    private static final double FADE = 0.98;
    private static final double SEED_WEIGHT = 2;
    private static final double OUTLIER = 3;
    private static final int COLUMNS = 3;

    /** Columns in units that keep the normal matrix well conditioned: ms, kilotokens. */
    private static final double NANOS = 1e6;

    private static final double MICRO = 1e3;

    private static final double TOKENS = 1e2;
    private static final double SQUARES = 1e4;

    /** Before anything has run: a millisecond to launch, ten microseconds a token. */
    private static final double[] GUESS = {1, 1, 0};

    private final RoomCap room = new RoomCap();
    private final Sums seeded = new Sums();
    private final Sums recent = new Sums();
    private double[] coefficients = GUESS.clone();
    private volatile double error;
    private boolean measured;

    /** Normal equations of weighted rows whose right side is one. */
    private static final class Sums {
        private final double[][] matrix = new double[COLUMNS][COLUMNS];
        private final double[] right = new double[COLUMNS];
        private double weight;

        void fade(double by) {
            weight *= by;
            for (int r = 0; r < COLUMNS; r++) {
                right[r] *= by;
                for (int c = 0; c < COLUMNS; c++) {
                    matrix[r][c] *= by;
                }
            }
        }

        void add(double[] row, double by) {
            weight += by;
            for (int r = 0; r < COLUMNS; r++) {
                right[r] += by * row[r];
                for (int c = 0; c < COLUMNS; c++) {
                    matrix[r][c] += by * row[r] * row[c];
                }
            }
        }

        void addTo(double[][] a, double[] b, double by) {
            for (int r = 0; r < COLUMNS; r++) {
                b[r] += by * right[r];
                for (int c = 0; c < COLUMNS; c++) {
                    a[r][c] += by * matrix[r][c];
                }
            }
        }
    }

    /**
     * Takes a batch of the warm-up into account.
     *
     * @param length of its longest row, in tokens
     */
    public void seed(int rows, int length, long nanos) {
        seeded.add(relative(rows, length, nanos), 1);
        fit();
    }

    /**
     * Takes a batch of real work into account.
     *
     * @param length of its longest row, in tokens
     */
    public void learn(int rows, int length, long nanos) {
        room.fitted((long) rows * length);
        double off = Math.abs(nanos - nanos(rows, length)) / Math.max(1, nanos);
        error = measured ? error + (off - error) * (1 - FADE) : off;
        double late = nanos / (OUTLIER * nanos(rows, length));
        measured = true;
        recent.fade(FADE);
        recent.add(relative(rows, length, nanos), late > 1 ? 1 / (late * late) : 1);
        fit();
    }

    /**
     * A batch failed whose rows run in smaller ones: it did not find the memory that it needs.
     *
     * @param length of its longest row, in tokens
     */
    public void overran(int rows, int length) {
        room.overran((long) rows * length);
    }

    /** Rows of {@code length} tokens that find memory, as far as is known; at least 1. */
    public int fitting(int length) {
        return room.rows(length);
    }

    /** Foreseen time of a batch of {@code rows} padded to {@code length}. */
    public double nanos(int rows, int length) {
        return launchNanos() + rows * rowNanos(length);
    }

    /** What a batch costs before its first row. */
    public double launchNanos() {
        return coefficients[0] * NANOS;
    }

    /** What one more row of {@code length} tokens costs. */
    public double rowNanos(double length) {
        return (coefficients[1] / TOKENS + coefficients[2] / SQUARES * length) * length * NANOS;
    }

    /** Rows of {@code length} tokens beyond which a larger batch hardly gains throughput. */
    public int knee(int length) {
        double rows = KNEE / (1 - KNEE) * launchNanos() / rowNanos(length);
        return rows < Integer.MAX_VALUE ? Math.max(1, (int) Math.ceil(rows)) : Integer.MAX_VALUE;
    }

    /** By how much the foreseen times were off of late, as a share of the real ones. */
    public double error() {
        return error;
    }

    @Override
    public String toString() {
        return "%.0f us a batch, %.1f us a token, %.4f us a token and token of its row"
                .formatted(
                        coefficients[0] * NANOS / MICRO,
                        coefficients[1] / TOKENS * NANOS / MICRO,
                        coefficients[2] / SQUARES * NANOS / MICRO);
    }

    private static double[] relative(int rows, int length, long nanos) {
        double unit = Math.max(1, nanos) / NANOS;
        double tokens = rows * (double) length;
        return new double[] {1 / unit, tokens / TOKENS / unit, tokens * length / SQUARES / unit};
    }

    private void fit() {
        double[][] a = new double[COLUMNS][COLUMNS];
        double[] b = new double[COLUMNS];
        recent.addTo(a, b, 1);
        if (seeded.weight > 0) {
            double most = 1 / (1 - FADE); // where the weight of what ran comes to rest
            seeded.addTo(a, b, Math.max(SEED_WEIGHT, most - recent.weight) / seeded.weight);
        }
        double[] fitted = NonNegativeFit.solve(a, b);
        if (fitted[1] > 0 || fitted[2] > 0) { // rows that cost nothing are a fit of too little
            coefficients = fitted;
        }
    }
}
