package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A checkpoint that takes longer than a transaction may be open. The broker aborts the transaction,
 * the checkpoint completes all the same, and a requester would be debited for charges that no one
 * can ever read.
 */
class LostTransactionITCase {

    private static final String PREFIX = "lost";
    private static final long STALLED_CHECKPOINT = 3;
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @Test
    void job_brokerAbortedACompletedCheckpointsTransaction_failsNamingIt() throws Exception {
        JobClient job = start(BROKER.servers());
        assertThatThrownBy(
                        () -> job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("a job that has lost charges, and goes on")
                .hasStackTraceContaining("of sink money belongs to a completed checkpoint")
                .hasStackTraceContaining("can no longer be committed");
    }

    private static JobClient start(String bootstrapServers) throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        var env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(100),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .map(new Stalling(bootstrapServers))
                .returns(TypeInformation.of(OutboundRecord.class))
                .sinkTo(
                        new KafkaEndpoints(
                                        new JobConfig.Kafka(
                                                Brokers.at(bootstrapServers),
                                                PREFIX,
                                                TRANSACTION_TIMEOUT,
                                                Duration.ofSeconds(1),
                                                Map.of(),
                                                Map.of(),
                                                Map.of()))
                                .exactlyOnce(LedgerSink.MONEY));
        return env.executeAsync();
    }

    private static boolean isAborted(TransactionListing listed) {
        return listed.transactionalId().startsWith(PREFIX)
                && listed.state() == TransactionState.COMPLETE_ABORT;
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    /** Makes charges of numbers; stalls one checkpoint until the broker has lost patience. */
    private static final class Stalling
            implements MapFunction<Long, OutboundRecord>, CheckpointedFunction {

        private static final long serialVersionUID = 1L;

        private final String bootstrapServers;

        Stalling(String bootstrapServers) {
            this.bootstrapServers = bootstrapServers;
        }

        @Override
        public OutboundRecord map(Long number) {
            byte[] text = number.toString().getBytes(UTF_8);
            return new OutboundRecord(Topics.CHARGES, text, text);
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            if (context.getCheckpointId() != STALLED_CHECKPOINT) {
                return;
            }
            try (Admin admin = admin(bootstrapServers)) {
                await("the broker aborts it")
                        .atMost(LIMIT)
                        .until(
                                () ->
                                        admin.listTransactions().all().get().stream()
                                                .anyMatch(LostTransactionITCase::isAborted));
            }
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {
            // it has none
        }
    }
}
