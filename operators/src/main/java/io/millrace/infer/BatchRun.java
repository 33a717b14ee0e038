package io.millrace.infer;

import io.millrace.infer.batch.BatchScheduler.Reason;
import io.millrace.infer.batch.CostModel;
import io.millrace.infer.batch.WarmUp;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches and tells every row how it ended. A batch that fails is halved until the row at
 * fault fails alone: one such row among n costs at most 2 log2(n) further calls. Before a row is
 * blamed, a known row is run: if that fails too, the engine is at fault. Where every row runs in a
 * smaller batch, the batch was at fault: it did not find the memory it needs, in whatever words the
 * engine says so, and those to come are made smaller. Used by the pool's thread alone.
 */
final class BatchRun {

    /** A row and who waits for it. */
    record Input(long[] tokens, Completion completion) {}

    private static final Logger LOG = LoggerFactory.getLogger(BatchRun.class);

    private final ModelRunner runner;
    private final long[] probe;
    private final CostModel cost;

    /**
     * Nothing is run yet.
     *
     * @param probe a row that the model takes
     * @param cost is told how long batches took
     */
    BatchRun(ModelRunner runner, long[] probe, CostModel cost) {
        this.runner = runner;
        this.probe = probe;
        this.cost = cost;
    }

    /** Runs the known row, which shows whether the engine is out of order. */
    private void probe() throws Exception {
        runner.run(new long[][] {probe});
    }

    /**
     * Warms the engine up, and learns what batches cost: each shape twice, as the first run of a
     * shape also makes room for it.
     *
     * @throws Exception if the engine is out of order
     */
    void warmUp(List<WarmUp.Shape> shapes) throws Exception {
        probe();
        for (WarmUp.Shape shape : shapes) {
            long[][] rows = new long[shape.rows()][shape.length()];
            for (long[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = probe[i % probe.length];
                }
            }
            try {
                cost.seed(shape.rows(), shape.length(), leastNanos(rows));
            } catch (Exception e) {
                if (shape.rows() == 1) {
                    throw e;
                }
                probe();
                cost.overran(shape.rows(), shape.length());
                LOG.warn(
                        "{} rows of {} tokens do not run at once, for want of memory it seems;"
                                + " batches are kept smaller",
                        shape.rows(),
                        shape.length(),
                        e);
            }
        }
    }

    private long leastNanos(long[][] rows) throws Exception {
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 2; run++) {
            long started = System.nanoTime();
            runner.run(rows);
            least = Math.min(least, System.nanoTime() - started);
        }
        return least;
    }

    /**
     * Runs {@code rows}; every one has its callback when this returns or throws.
     *
     * @throws Exception if the engine is out of order
     */
    void run(Reason reason, List<Input> rows) throws Exception {
        Deque<List<Input>> parts = new ArrayDeque<>();
        parts.push(rows);
        boolean leader = true;
        boolean halved = false;
        boolean blamed = false;
        try {
            while (!parts.isEmpty()) {
                List<Input> part = parts.getFirst(); // stays there until its rows are told
                long started = System.nanoTime();
                float[][] vectors;
                try {
                    vectors = run(part);
                } catch (Exception e) {
                    halved = true;
                    blamed |= fail(part, e, parts);
                    continue;
                }
                parts.pop();
                long took = System.nanoTime() - started;
                long nanos = took / part.size();
                int padded = longest(part);
                cost.learn(part.size(), padded, took);
                for (int i = 0; i < vectors.length; i++) {
                    BatchShare share = new BatchShare(reason, leader, padded, part.size(), nanos);
                    part.get(i).completion().answered(vectors[i], share);
                    leader = false;
                }
            }
        } catch (Throwable t) {
            for (List<Input> part : parts) {
                part.forEach(row -> row.completion().broken(t));
            }
            throw t;
        }
        if (halved && !blamed) {
            cost.overran(rows.size(), longest(rows));
        }
    }

    private float[][] run(List<Input> part) throws Exception {
        long[][] rows = new long[part.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = part.get(i).tokens();
        }
        float[][] vectors = runner.run(rows);
        if (vectors.length != rows.length) {
            throw new IllegalStateException(
                    "the runner gave %d vectors for %d rows"
                            .formatted(vectors.length, rows.length));
        }
        return vectors;
    }

    /** Whether the part was a row that is at fault. */
    private boolean fail(List<Input> part, Exception cause, Deque<List<Input>> parts)
            throws Exception {
        int half = part.size() / 2;
        if (half == 0) {
            probe();
            parts.pop();
            part.get(0).completion().failed("the model fails on this input: " + reason(cause));
        } else {
            parts.pop();
            parts.push(part.subList(half, part.size()));
            parts.push(part.subList(0, half));
        }
        return half == 0;
    }

    /** What the innermost exception says: the engine's wrappers only name themselves. */
    private static String reason(Throwable cause) {
        Throwable root = cause;
        for (Throwable next = cause; next != null; next = next.getCause()) {
            root = next;
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }

    private static int longest(List<Input> part) {
        int longest = 0;
        for (Input row : part) {
            longest = Math.max(longest, row.tokens().length);
        }
        return longest;
    }
}
