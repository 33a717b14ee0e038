package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.settle.marks.MarkLog;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What the ledger has committed, outside the job's own state. Used by one thread. */
@FunctionalInterface
public interface LedgerLog {

    /**
     * The end of the log.
     *
     * <p>Waits a while for {@code awaited}: on a restore the sinks commit their last transactions
     * again, at the same time as the caller starts.
     *
     * @param awaited what the restored state has sent
     * @throws IOException if the log cannot be read now; that says nothing about the ledger
     */
    Recorded read(SentMark awaited) throws IOException;

    /**
     * What is visible to everyone.
     *
     * @param marks the last of each subtask of a sink, by its name
     * @param epoch number of the last epoch, 0 before the first
     * @param header hash of its last part
     */
    record Recorded(Map<String, CheckpointMark> marks, long epoch, String header) {

        /** Of a new ledger. */
        public static final Recorded NOTHING = new Recorded(Map.of(), 0, Hex.ZERO_32);

        /** Checks and copies. */
        public Recorded {
            marks = Map.copyOf(marks);
            requireNonNull(header, "header is null");
        }

        /** The mark of the highest checkpoint, NONE if there is none. */
        public CheckpointMark newest() {
            return marks.values().stream()
                    .max(Comparator.comparingLong(CheckpointMark::checkpoint))
                    .orElse(CheckpointMark.NONE);
        }

        /** Those of {@code sent.sinks()} whose last mark is another than the one sent, sorted. */
        public List<String> missing(SentMark sent) {
            return sent.sinks().stream()
                    .filter(sink -> !sent.mark().equals(marks.get(sink)))
                    .sorted()
                    .toList();
        }
    }

    /** Opens the log where it is used. */
    @FunctionalInterface
    interface Factory extends Serializable {

        /** A reader; nothing is read yet. */
        LedgerLog open();

        /** A look at what is written and not visible yet; nothing is asked yet. */
        default LedgerTail openTail() {
            return LedgerTail.NONE;
        }

        /**
         * Marks from here on.
         *
         * @throws IOException if it is not known where that is
         */
        default MarkLog openMarks() throws IOException {
            return MarkLog.PROMPT;
        }
    }
}
