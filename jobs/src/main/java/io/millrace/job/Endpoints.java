package io.millrace.job;

import io.millrace.admit.RequestRecord;
import io.millrace.chain.SealedEpoch;
import io.millrace.chain.SubmissionJournal;
import io.millrace.chain.VaultEvent;
import io.millrace.meter.Charge;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * Where the job's streams come from and go to, so that a test runs the same topology on others.
 *
 * @param requests with Kafka append time @param charges the job's own, read back once committed:
 *     they release reservations
 * @param epochs the job's own log, read back once committed @param events of vault and registry,
 *     finalised
 * @param ticks numbers at the pace of the tick interval @param money charges (and results, if
 *     committed)
 */
public record Endpoints(
        Source<RequestRecord, ?, ?> requests,
        Source<Charge, ?, ?> charges,
        Source<SealedEpoch, ?, ?> epochs,
        Source<VaultEvent, ?, ?> events,
        Source<Long, ?, ?> ticks,
        Sink<OutboundRecord> money,
        Sink<OutboundRecord> results,
        Sink<OutboundRecord> rejections,
        Sink<OutboundRecord> epochLog,
        Sink<OutboundRecord> receipts,
        Sink<Long> ticksOut,
        SubmissionJournal.Factory journal) {}
