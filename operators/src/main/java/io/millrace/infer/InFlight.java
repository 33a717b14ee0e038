package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Task;
import io.millrace.infer.store.ModelManifest;
import java.util.List;

/**
 * A task whose rows, one a text or a pair of it and the query, are in the pool. They may be run in
 * whatever batches; it ends when all of them have, and all or nothing: answered if every row is,
 * else as the first row that is not. Plain Java, for the mailbox thread alone.
 */
final class InFlight {

    private final long number;
    private final Task task;
    private final int[] tokens;
    private final ModelManifest.Head head;
    private final float[][] vectors;
    private int open;
    private OutcomeStatus status = OutcomeStatus.ANSWERED;
    private String detail = "";

    /**
     * @param number tells it from others of its subtask, in the order in which they came
     * @param rows tokens of each text, of which it keeps how many they are
     * @param head of its model
     */
    InFlight(long number, Task task, List<long[]> rows, ModelManifest.Head head) {
        this.number = number;
        this.task = requireNonNull(task, "task is null");
        this.head = requireNonNull(head, "head is null");
        this.tokens = new int[rows.size()];
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] = rows.get(row).length;
        }
        this.vectors = new float[tokens.length][];
        this.open = tokens.length;
    }

    long number() {
        return number;
    }

    Task task() {
        return task;
    }

    /** Tokens of {@code row}. */
    int tokens(int row) {
        return tokens[row];
    }

    void answered(int row, float[] vector) {
        end(row);
        vectors[row] = requireNonNull(vector, "vector is null");
    }

    /** {@code row} has no answer. */
    void missed(int row, OutcomeStatus why, String reason) {
        end(row);
        if (status == OutcomeStatus.ANSWERED) {
            status = why;
            detail = task.isList() ? "text " + row + ": " + reason : reason;
        }
    }

    private void end(int row) {
        if (open == 0 || vectors[row] != null) {
            throw new IllegalStateException(
                    "row " + row + " of task " + task.terms().requestId() + " ended twice");
        }
        open--;
    }

    boolean hasEnded() {
        return open == 0;
    }

    /** How it ended, once it has. */
    OutcomeStatus status() {
        return status;
    }

    /** For people; empty if it is answered. */
    String detail() {
        return detail;
    }

    /** What is given for it: of every row or of none. */
    Output output() {
        return status == OutcomeStatus.ANSWERED
                ? new Output(task.isList(), head.task(), head.labels(), List.of(vectors))
                : Output.NONE;
    }
}
