package io.millrace.infer.batch;

/** How soon the next row may be expected: the mean gap between rows, of late. */
final class ArrivalGap {

    private static final double WEIGHT = 0.1;

    private double meanNanos = Double.POSITIVE_INFINITY;
    private long lastNanos;
    private boolean any;

    void arrived(long nowNanos) {
        if (any) {
            double gap = Math.max(0, nowNanos - lastNanos);
            meanNanos = Double.isInfinite(meanNanos) ? gap : meanNanos + (gap - meanNanos) * WEIGHT;
        }
        any = true;
        lastNanos = nowNanos;
    }

    /** Infinite before the second row. */
    double meanNanos() {
        return meanNanos;
    }

    long lastNanos() {
        return lastNanos;
    }
}
