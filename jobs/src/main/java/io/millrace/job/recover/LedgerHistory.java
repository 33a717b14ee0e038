package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.Receipt;
import java.util.List;

/**
 * All that is committed of a ledger.
 *
 * @param mark of the newest checkpoint
 * @param charges a requester's in the order of its sequence
 * @param parts of epochs, in the order of the log
 * @param receipts in any order
 * @param requests what became of the request records
 * @param events final ones, in chain order
 * @param finalBlock up to which they were read
 */
public record LedgerHistory(
        CheckpointMark mark,
        List<Charge> charges,
        List<SealedPart> parts,
        List<Receipt> receipts,
        RequestScan.Result requests,
        List<VaultEvent> events,
        long finalBlock) {

    /** Checks and copies. */
    public LedgerHistory {
        requireNonNull(mark, "mark is null");
        charges = List.copyOf(charges);
        parts = List.copyOf(parts);
        receipts = List.copyOf(receipts);
        requireNonNull(requests, "requests is null");
        events = List.copyOf(events);
    }
}
