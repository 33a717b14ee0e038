package io.millrace.job.recover;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.VaultHead;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.unit.Hex;
import org.jspecify.annotations.Nullable;

/**
 * Refuses records that do not fit together: a state rebuilt from them would settle something else
 * than was charged. Each failure names the epoch or charge, both values and what to do.
 */
final class LedgerChecks {

    private static final String RESTORE =
            "; nothing is rebuilt from it, restore the topics from a replica and run"
                    + " jobs/bin/millrace audit to see all that differs";

    private LedgerChecks() {}

    /** What the vault has recorded. */
    interface VaultRecord {

        /** Where its chain of headers stands now. */
        VaultHead head() throws RpcException;

        /** Hash of the header that it holds for a part, the zero hash if none. */
        String headerOf(long epoch, int part) throws RpcException;
    }

    /** Throws {@link RecoverException} unless everything fits. */
    static void require(LedgerHistory history, VaultRecord vault) throws RpcException {
        requireOneChain(history);
        requireVaultAgrees(history, vault);
        requireNone(history.sequences().fault());
        requireNone(history.epochs().receiptsFault());
        requireMark(history);
    }

    /** The same for the log alone. */
    static void requireOneChain(LedgerHistory history) {
        SealedPart ahead = history.epochs().ahead();
        if (ahead != null) {
            throw new RecoverException(
                    ("%s has seen L2 block %d but the node's final block is"
                                    + " %d; the node is behind, wait or name another")
                            .formatted(
                                    describe(ahead),
                                    ahead.header().l2Block(),
                                    history.finalBlock()));
        }
        requireNone(history.epochs().chainFault());
    }

    private static void requireNone(@Nullable String fault) {
        if (fault != null) {
            throw new RecoverException(fault + RESTORE);
        }
    }

    private static void requireVaultAgrees(LedgerHistory history, VaultRecord vault)
            throws RpcException {
        VaultHead head = vault.head();
        if (head.epoch() == 0) {
            return;
        }
        String logged = history.rows().headerOf(head.epoch(), head.part());
        if (logged.equals(head.header())) {
            return; // each header names the one before: all of them agree
        }
        requireSameHeaders(history.rows(), vault);
        if (logged.isEmpty()) {
            SealedPart last = history.epochs().last();
            throw new RecoverException(
                    ("the vault is at epoch %d part %d (header %s) but the log ends with %s: epochs"
                                            + " that were settled are missing from it")
                                    .formatted(
                                            head.epoch(),
                                            head.part(),
                                            head.header(),
                                            last == null
                                                    ? "nothing"
                                                    : describe(last)
                                                            + " (header "
                                                            + last.hash()
                                                            + ")")
                            + RESTORE);
        }
    }

    private static void requireSameHeaders(LedgerRows rows, VaultRecord vault) throws RpcException {
        try (RowCursor row = rows.headers()) {
            for (; row.isAtRow(); row.next()) {
                RowReader key = new RowReader(row.key());
                key.code();
                long epoch = key.number();
                int part = key.whole();
                String logged = new String(row.value(), UTF_8);
                String recorded = vault.headerOf(epoch, part);
                if (!recorded.equals(Hex.ZERO_32) && !recorded.equals(logged)) {
                    throw new RecoverException(
                            ("epoch %d part %d has header %s in the log but %s in the vault;"
                                            + " another ledger settled there, find out which job"
                                            + " holds the settler's key before anything is started")
                                    .formatted(epoch, part, logged, recorded));
                }
            }
        }
    }

    /** Another sink's mark may name an epoch that was aborted, and that nobody has seen. */
    private static void requireMark(LedgerHistory history) {
        long epoch = history.epochs().head();
        if (history.logMark().epoch() > epoch) {
            throw new RecoverException(
                    ("the log ends with epoch %d but %s is recorded: epochs are"
                                            + " missing from the log")
                                    .formatted(epoch, history.logMark())
                            + RESTORE);
        }
    }

    private static String describe(SealedPart part) {
        return "epoch " + part.header().epoch() + " part " + part.header().part();
    }
}
