package io.millrace.infer;

import io.millrace.infer.BatchScheduler.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Runs batches and tells every row how it ended. A batch that fails is halved until the row at
 * fault fails alone: one such row among n costs at most 2 log2(n) further calls. Before a row is
 * blamed, a known row is run: if that fails too, the engine is at fault. Used by the pool's thread
 * alone.
 */
final class BatchRun {

    /** A row and who waits for it. */
    record Input(long[] tokens, Completion completion) {}

    private final ModelRunner runner;
    private final long[][] probe;

    BatchRun(ModelRunner runner, long[][] probe) {
        this.runner = runner;
        this.probe = probe;
    }

    /** Runs the known row: warms the engine up, or shows that it is out of order. */
    void probe() throws Exception {
        runner.embed(probe);
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
        try {
            while (!parts.isEmpty()) {
                List<Input> part = parts.getFirst(); // stays there until its rows are told
                long started = System.nanoTime();
                float[][] embeddings;
                try {
                    embeddings = embed(part);
                } catch (Exception e) {
                    fail(part, e, parts);
                    continue;
                }
                parts.pop();
                long nanos = (System.nanoTime() - started) / part.size();
                int padded = longest(part);
                for (int i = 0; i < embeddings.length; i++) {
                    part.get(i)
                            .completion()
                            .answered(embeddings[i], new BatchShare(reason, leader, padded, nanos));
                    leader = false;
                }
            }
        } catch (Throwable t) {
            for (List<Input> part : parts) {
                part.forEach(row -> row.completion().broken(t));
            }
            throw t;
        }
    }

    private float[][] embed(List<Input> part) throws Exception {
        long[][] rows = new long[part.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = part.get(i).tokens();
        }
        float[][] embeddings = runner.embed(rows);
        if (embeddings.length != rows.length) {
            throw new IllegalStateException(
                    "the runner gave %d embeddings for %d rows"
                            .formatted(embeddings.length, rows.length));
        }
        return embeddings;
    }

    private void fail(List<Input> part, Exception cause, Deque<List<Input>> parts)
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
