package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.Receipt;
import java.util.Comparator;
import java.util.List;

/**
 * All that is committed of a ledger.
 *
 * @param mark of the newest checkpoint that some sink has committed
 * @param logMark the last that was committed together with the log of epochs
 * @param charges in any order; here a requester's in the order of its sequence, since the partition
 *     of a requester changes with their number
 * @param parts of epochs, in the order of the log
 * @param receipts in any order
 * @param requests what became of the request records
 * @param events final ones, in chain order
 * @param finalBlock up to which they were read
 */
public record LedgerHistory(
        CheckpointMark mark,
        CheckpointMark logMark,
        List<Charge> charges,
        List<SealedPart> parts,
        List<Receipt> receipts,
        RequestScan.Result requests,
        List<VaultEvent> events,
        long finalBlock) {

    /** By requester, in the order in which each was charged. */
    static final Comparator<Charge> CHARGES =
            Comparator.comparing(Charge::requesterAddress).thenComparingLong(Charge::sequence);

    /** Checks, copies and orders. */
    public LedgerHistory {
        requireNonNull(mark, "mark is null");
        requireNonNull(logMark, "logMark is null");
        charges = charges.stream().sorted(CHARGES).toList();
        parts = List.copyOf(parts);
        receipts = List.copyOf(receipts);
        requireNonNull(requests, "requests is null");
        events = List.copyOf(events);
    }
}
