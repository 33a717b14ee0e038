package io.millrace.local.cli;

import io.millrace.local.client.Totals;
import io.millrace.local.stack.FlinkMetrics;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** The live line of the demo. Used by one thread. */
final class Progress {

    private static final long WINDOW_NANOS = 5_000_000_000L;
    private static final long PAUSE_NANOS = 500_000_000L;

    private final Console console;
    private final FlinkMetrics metrics;
    private final Deque<Sample> samples = new ArrayDeque<>();

    private long lastNanos;
    private String batch = "-";

    Progress(Console console, FlinkMetrics metrics) {
        this.console = console;
        this.metrics = metrics;
        this.lastNanos = System.nanoTime() - PAUSE_NANOS;
    }

    private record Sample(long nanos, long tokens) {}

    /** Shows the line, at most twice a second. */
    void show(int sent, Totals totals) throws IOException, InterruptedException {
        long now = System.nanoTime();
        if (now - lastNanos < PAUSE_NANOS) {
            return;
        }
        lastNanos = now;
        samples.addLast(new Sample(now, totals.tokens()));
        while (samples.size() > 2 && now - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        updateBatch();
        console.progress(
                String.format(
                        "sent %d  answered %d  rejected %d  %d tokens/s  %s rows/batch"
                                + "  pending %d nano-USD  epochs settled %d  gas %d",
                        sent,
                        totals.answered(),
                        totals.rejected(),
                        tokensPerSecond(now),
                        batch,
                        totals.pendingNano(),
                        totals.epochs().size(),
                        totals.gas()));
    }

    private long tokensPerSecond(long now) {
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        long nanos = now - first.nanos();
        return nanos == 0 ? 0 : (last.tokens() - first.tokens()) * 1_000_000_000L / nanos;
    }

    private void updateBatch() throws IOException, InterruptedException {
        OptionalLong rows = metrics.sum("infer.infer.rows", "infer.infer.rows");
        OptionalLong batches = metrics.sum("infer.infer.rows", "infer.infer.batches");
        if (rows.isPresent() && batches.isPresent() && batches.getAsLong() > 0) {
            batch = String.format("%.1f", (double) rows.getAsLong() / batches.getAsLong());
        }
    }
}
