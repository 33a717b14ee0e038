package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.util.Comparator;
import java.util.function.Consumer;

/**
 * All that is committed of a ledger: its records on disk, and in memory what they add up to and
 * what of them is still open.
 *
 * @param mark of the newest checkpoint that some sink has committed
 * @param logMark the last that was committed together with the log of epochs
 * @param rows charges, receipts and parts; not to be changed any more
 * @param sequences what the charges and receipts in them say of each other
 * @param epochs what the parts and receipts in them say of each other
 * @param requests what became of the request records
 * @param chain what the final events add up to
 * @param finalBlock up to which they were read
 */
record LedgerHistory(
        CheckpointMark mark,
        CheckpointMark logMark,
        LedgerRows rows,
        SequenceScan.Result sequences,
        EpochScan.Result epochs,
        RequestScan.Result requests,
        ChainBooks chain,
        long finalBlock) {

    /** By requester, in the order in which each was charged. */
    static final Comparator<Charge> CHARGES =
            Comparator.comparing(Charge::requesterAddress).thenComparingLong(Charge::sequence);

    LedgerHistory {
        requireNonNull(mark, "mark is null");
        requireNonNull(logMark, "logMark is null");
        requireNonNull(requests, "requests is null");
    }

    /** Goes through all of {@code rows}. */
    static LedgerHistory of(
            LedgerRows rows,
            Marks marks,
            RequestScan.Result requests,
            ChainBooks chain,
            long finalBlock,
            Rules rules)
            throws IOException {
        return new LedgerHistory(
                marks.newest(),
                marks.ofLog(),
                rows,
                SequenceScan.of(
                        rows,
                        new StepProgress(
                                "charges and receipts",
                                rows.charges() + rows.receipts(),
                                rules.says())),
                EpochScan.of(
                        rows,
                        rules.domain(),
                        rules.shards(),
                        finalBlock,
                        new StepProgress("receipts by epoch", rows.receipts(), rules.says())),
                requests,
                chain,
                finalBlock);
    }

    /** The same with what has been added to its rows since. */
    LedgerHistory again(Rules rules) throws IOException {
        return of(rows, new Marks(mark, logMark), requests, chain, finalBlock, rules);
    }

    /**
     * Of sinks.
     *
     * @param newest of all
     * @param ofLog of the one that writes the log
     */
    record Marks(CheckpointMark newest, CheckpointMark ofLog) {}

    /**
     * How records are compared.
     *
     * @param shards settlement shards of the ledger
     * @param says gets a line every few seconds
     */
    record Rules(Eip712Domain domain, int shards, Consumer<String> says) {}
}
