package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Hex;
import java.io.IOException;
import java.io.Serializable;

/** What the ledger has committed, outside the job's own state. Used by one thread. */
@FunctionalInterface
public interface LedgerLog {

    /**
     * The end of the log.
     *
     * <p>Waits a while for {@code awaited}: on a restore the sink commits the last transaction
     * again, at the same time as its caller starts.
     *
     * @param awaited the mark that the restored state has sent, NONE for none
     * @throws IOException if the log cannot be read now; that says nothing about the ledger
     */
    Recorded read(CheckpointMark awaited) throws IOException;

    /**
     * What is visible to everyone.
     *
     * @param mark the last, NONE if there is none @param epoch number of the last epoch, 0 before
     *     the first @param header hash of its last part
     */
    record Recorded(CheckpointMark mark, long epoch, String header) {

        /** Of a new ledger. */
        public static final Recorded NOTHING = new Recorded(CheckpointMark.NONE, 0, Hex.ZERO_32);

        /** Checks. */
        public Recorded {
            requireNonNull(mark, "mark is null");
            requireNonNull(header, "header is null");
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
    }
}
