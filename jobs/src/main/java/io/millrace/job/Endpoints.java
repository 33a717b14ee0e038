package io.millrace.job;

import io.millrace.admit.RequestRecord;
import io.millrace.admit.clock.RequestTopic;
import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.JsonRpcEventChain;
import io.millrace.chain.event.SourceOptions;
import io.millrace.chain.event.VaultEventSource;
import io.millrace.chain.submit.StoredEpochs;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.job.topic.KafkaEpochLog;
import io.millrace.job.topic.KafkaLedgerLog;
import io.millrace.job.topic.KafkaRequestTopic;
import io.millrace.job.topic.KafkaSubmissionJournal;
import io.millrace.meter.Charge;
import io.millrace.settle.LedgerLog;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;

/**
 * Where the job's streams come from and go to, so that a test runs the same topology on others.
 *
 * @param requests with Kafka append time
 * @param charges the job's own, read back once committed: they release reservations
 * @param epochs the job's own log, read back once committed
 * @param events of vault and registry, final ones
 * @param ticks numbers at the pace of the tick interval
 * @param money charges with their evidence, and results if they are committed with them
 * @param results if they are immediate
 * @param rejections exactly once
 * @param epochLog exactly once
 * @param receipts exactly once
 * @param requestTopic whose partitions get ticks, and are kept free of open transactions
 * @param ticksOut each into the partition of the request topic that it names
 * @param journal of the submitter
 * @param log what is committed of the ledger: read once at start
 * @param storedEpochs the log of epochs as it is stored
 */
public record Endpoints(
        Source<RequestRecord, ?, ?> requests,
        Source<Charge, ?, ?> charges,
        Source<SealedPart, ?, ?> epochs,
        Source<VaultEvent, ?, ?> events,
        Source<Long, ?, ?> ticks,
        Sink<OutboundRecord> money,
        Sink<OutboundRecord> results,
        Sink<OutboundRecord> rejections,
        Sink<OutboundRecord> epochLog,
        Sink<OutboundRecord> receipts,
        RequestTopic.Factory requestTopic,
        Sink<Long> ticksOut,
        SubmissionJournal.Factory journal,
        LedgerLog.Factory log,
        StoredEpochs storedEpochs) {

    private static final long MAX_BACKOFF_MILLIS = 30_000;

    /** Kafka and the L2, as the options say. Nothing is connected to yet. */
    static Endpoints of(JobConfig config) {
        KafkaEndpoints kafka = new KafkaEndpoints(config.kafka());
        return new Endpoints(
                kafka.requests(),
                kafka.charges(),
                kafka.epochs(),
                vaultEvents(config.chain(), config.admit().maxChainAge()),
                ticks(config.kafka()),
                kafka.exactlyOnce(LedgerSink.MONEY),
                kafka.atLeastOnce(),
                kafka.exactlyOnce(LedgerSink.REJECTIONS),
                kafka.exactlyOnce(LedgerSink.EPOCHS),
                kafka.exactlyOnce(LedgerSink.RECEIPTS),
                KafkaRequestTopic.factory(config.kafka().brokers()),
                kafka.ticks(),
                KafkaSubmissionJournal.factory(
                        config.kafka().brokers(),
                        config.kafka().transactionPrefix(),
                        config.chain().domain().vault()),
                KafkaLedgerLog.factory(
                        config.kafka().brokers(), config.kafka().transactionTimeout()),
                new KafkaEpochLog(config.kafka().brokers()));
    }

    private static VaultEventSource vaultEvents(JobConfig.Chain chain, Duration maxChainAge) {
        long pollMillis = chain.pollInterval().toMillis();
        return new VaultEventSource(
                JsonRpcEventChain.over(chain.connection()),
                new SourceOptions(
                        chain.domain().chainId(),
                        chain.startBlock(),
                        pollMillis,
                        Math.max(pollMillis, MAX_BACKOFF_MILLIS),
                        chain.logsCheck(),
                        maxChainAge.toMillis()));
    }

    private static DataGeneratorSource<Long> ticks(JobConfig.Kafka kafka) {
        double perSecond = 1000.0 / kafka.tickInterval().toMillis();
        return new DataGeneratorSource<>(
                number -> number,
                Long.MAX_VALUE,
                RateLimiterStrategy.perSecond(perSecond),
                Types.LONG);
    }
}
