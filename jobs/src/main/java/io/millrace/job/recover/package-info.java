/**
 * Rebuilds the job's state from what Kafka and the chain have of the ledger. {@code LedgerReader}
 * collects it, {@code LedgerChecks} refuses what does not fit together, {@code LedgerRebuild}
 * computes the state, {@code SavepointOfLedger} writes it for Flink.
 */
@NullMarked
package io.millrace.job.recover;

import org.jspecify.annotations.NullMarked;
