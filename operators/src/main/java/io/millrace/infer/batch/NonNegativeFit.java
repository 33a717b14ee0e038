package io.millrace.infer.batch;

/**
 * Least squares whose coefficients are not negative, for a handful of them: of all subsets of the
 * columns the best one that has no negative coefficient (exact, unlike clipping a free solution).
 */
final class NonNegativeFit {

    private static final double SINGULAR = 1e-12;

    private NonNegativeFit() {}

    /**
     * Minimises {@code c'Ac - 2b'c} over {@code c >= 0}.
     *
     * @param a normal matrix, symmetric
     * @param b right side
     */
    static double[] solve(double[][] a, double[] b) {
        int columns = b.length;
        double[] best = new double[columns];
        double least = 0;
        for (int subset = 1; subset < 1 << columns; subset++) {
            double[] found = solve(a, b, subset);
            double value = found.length == 0 ? Double.POSITIVE_INFINITY : objective(a, b, found);
            if (value < least) {
                least = value;
                best = found;
            }
        }
        return best;
    }

    /** The free solution over the columns of {@code subset}; empty if there is none >= 0. */
    private static double[] solve(double[][] a, double[] b, int subset) {
        int columns = b.length;
        int[] of = new int[Integer.bitCount(subset)];
        for (int column = 0, at = 0; column < columns; column++) {
            if ((subset & (1 << column)) != 0) {
                of[at++] = column;
            }
        }
        double[][] rows = new double[of.length][of.length + 1];
        for (int r = 0; r < of.length; r++) {
            for (int c = 0; c < of.length; c++) {
                rows[r][c] = a[of[r]][of[c]];
            }
            rows[r][of.length] = b[of[r]];
        }
        if (!eliminate(rows)) {
            return new double[0];
        }
        double[] solution = new double[columns];
        for (int r = 0; r < of.length; r++) {
            double value = rows[r][of.length] / rows[r][r];
            if (!(value >= 0)) {
                return new double[0];
            }
            solution[of[r]] = value;
        }
        return solution;
    }

    /** Gauss and Jordan; symmetric and positive definite, so without pivoting. */
    private static boolean eliminate(double[][] rows) {
        for (int p = 0; p < rows.length; p++) {
            double pivot = rows[p][p];
            if (!(pivot > SINGULAR)) {
                return false;
            }
            for (int r = 0; r < rows.length; r++) {
                double factor = r == p ? 0 : rows[r][p] / pivot;
                for (int c = p; factor != 0 && c <= rows.length; c++) {
                    rows[r][c] -= factor * rows[p][c];
                }
            }
        }
        return true;
    }

    private static double objective(double[][] a, double[] b, double[] c) {
        double value = 0;
        for (int r = 0; r < c.length; r++) {
            value -= 2 * b[r] * c[r];
            for (int s = 0; s < c.length; s++) {
                value += c[r] * a[r][s] * c[s];
            }
        }
        return value;
    }
}
