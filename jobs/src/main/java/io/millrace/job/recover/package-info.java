/**
 * Rebuilds the job's state from what Kafka and the chain have of the ledger. {@code LedgerReader}
 * puts it into {@code LedgerRows}, on disk, since a ledger is larger than memory. {@code
 * SequenceScan} and {@code EpochScan} go through these in order, {@code LedgerMend} completes what
 * is half committed, {@code LedgerChecks} refuses what does not fit together, {@code LedgerRebuild}
 * computes the state, {@code SavepointOfLedger} writes it for Flink.
 */
@NullMarked
package io.millrace.job.recover;

import org.jspecify.annotations.NullMarked;
