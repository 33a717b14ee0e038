package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Hex;

/**
 * Where the ledger stood at one checkpoint. Leaves with that checkpoint's records, once through
 * every subtask of every exactly-once sink: it becomes visible there exactly when they do.
 *
 * @param checkpoint id, 0 for none
 * @param epoch last sealed, 0 before the first
 * @param header hash of its last part
 * @param writer one run of the seal operator: two jobs that go on from the same state write
 *     different marks
 */
public record CheckpointMark(long checkpoint, long epoch, String header, String writer) {

    /** No checkpoint at all. */
    public static final CheckpointMark NONE = new CheckpointMark(0, 0, Hex.ZERO_32, "");

    public CheckpointMark {
        requireNonNull(header, "header is null");
        requireNonNull(writer, "writer is null");
    }

    @Override
    public String toString() {
        return "checkpoint " + checkpoint + " (epoch " + epoch + ", header " + header + ")";
    }
}
