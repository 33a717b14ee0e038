package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.KafkaLedgerLog;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import io.millrace.settle.PartLimits;
import io.millrace.settle.SealOperator;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardRoot;
import io.millrace.unit.Eip712Domain;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Someone ends one sink's transaction in its partition, between the barrier and the commit, as an
 * operator does who clears away what seems to hang. The coordinator knows nothing of it, so the
 * committer is told that all is well, and the requesters of that checkpoint are debited for charges
 * that no one can ever read.
 */
class LostMarkITCase {

    private static final long ROBBED_CHECKPOINT = 3;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final TopicPartition MARKS = new TopicPartition(Topics.CHECKPOINTS, 0);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @Test
    void job_transactionAbortedBehindTheCommittersBack_endsForGoodNamingSinkAndCheckpoint()
            throws Exception {
        JobClient job = start(BROKER.servers());
        assertThatThrownBy(
                        () -> job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("a job that has lost charges, and goes on")
                .hasStackTraceContaining(
                        "checkpoint %d is complete, but what sink money-0 was to commit"
                                .formatted(ROBBED_CHECKPOINT))
                .hasStackTraceContaining("millrace recover");
    }

    private static JobClient start(String bootstrapServers) throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000);
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500));
        var env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
        DataStream<Long> numbers =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        number -> number,
                                        Long.MAX_VALUE,
                                        RateLimiterStrategy.perSecond(10),
                                        Types.LONG),
                                WatermarkStrategy.noWatermarks(),
                                "numbers")
                        .map(new Robber(bootstrapServers))
                        .filter(number -> false);
        var sealed =
                numbers.map(number -> (ShardRoot) null)
                        .returns(TypeInformation.of(ShardRoot.class))
                        .connect(
                                numbers.map(number -> (CutPosition) null)
                                        .returns(TypeInformation.of(CutPosition.class)))
                        .transform(
                                "seal",
                                TypeInformation.of(SealedPart.class),
                                seal(bootstrapServers));
        KafkaEndpoints kafka = endpoints(bootstrapServers);
        var marks =
                sealed.getSideOutput(SealOperator.MARKS)
                        .map(Outbound::of)
                        .returns(TypeInformation.of(OutboundRecord.class))
                        .broadcast();
        marks.sinkTo(kafka.exactlyOnce(LedgerSink.MONEY));
        marks.sinkTo(kafka.exactlyOnce(LedgerSink.REJECTIONS));
        return env.executeAsync();
    }

    private static SealOperator seal(String bootstrapServers) {
        return new SealOperator(
                new SettleOptions(1, 1, 0, 0, 10, 0, new PartLimits(16_000_000, 100_000)),
                new Eip712Domain(1, "0x" + "11".repeat(20)),
                KafkaLedgerLog.factory(Brokers.at(bootstrapServers), Duration.ofMinutes(5)),
                List.of(LedgerSink.MONEY.key(0), LedgerSink.REJECTIONS.key(0)));
    }

    private static KafkaEndpoints endpoints(String bootstrapServers) {
        return new KafkaEndpoints(
                new JobConfig.Kafka(
                        Brokers.at(bootstrapServers),
                        "robbed",
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(1),
                        Map.of(),
                        Map.of(),
                        Map.of()));
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    /** Holds one checkpoint up until it has ended the transaction of the sink of charges. */
    private static final class Robber implements MapFunction<Long, Long>, CheckpointedFunction {

        private static final long serialVersionUID = 1L;

        private final String bootstrapServers;

        Robber(String bootstrapServers) {
            this.bootstrapServers = bootstrapServers;
        }

        @Override
        public Long map(Long number) {
            return number;
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            if (context.getCheckpointId() != ROBBED_CHECKPOINT) {
                return;
            }
            try (Admin admin = admin(bootstrapServers)) {
                await("both sinks have written their marks")
                        .atMost(LIMIT)
                        .until(() -> openIn(admin).size() == 2);
                rob(admin);
            }
        }

        private static void rob(Admin admin) {
            try {
                for (ProducerState producer : openIn(admin)) {
                    String id = transactionalId(admin, producer);
                    if (id.startsWith("robbed-money-")) {
                        admin.abortTransaction(
                                        new AbortTransactionSpec(
                                                MARKS,
                                                producer.producerId(),
                                                (short) producer.producerEpoch(),
                                                producer.coordinatorEpoch().orElse(0)))
                                .all()
                                .get();
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException("the transaction cannot be aborted", e);
            }
        }

        private static List<ProducerState> openIn(Admin admin) throws Exception {
            return Objects.requireNonNull(
                            admin.describeProducers(List.of(MARKS)).all().get().get(MARKS))
                    .activeProducers()
                    .stream()
                    .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                    .toList();
        }

        private static String transactionalId(Admin admin, ProducerState producer)
                throws Exception {
            for (var listing : admin.listTransactions().all().get()) {
                if (listing.producerId() == producer.producerId()) {
                    return listing.transactionalId();
                }
            }
            throw new IllegalStateException("nobody owns producer " + producer);
        }

        @Override
        public void initializeState(FunctionInitializationContext context) {
            // it has none
        }
    }
}
