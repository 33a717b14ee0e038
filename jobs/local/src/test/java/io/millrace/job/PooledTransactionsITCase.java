package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactional ids over many checkpoints, a rescale, and from a state of the time when every
 * checkpoint made new ones, each of which the brokers keep for a week.
 */
class PooledTransactionsITCase {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int CHECKPOINTS = 15;
    private static final String UNPUBLISHED = "never to be read";

    private static final AtomicInteger COMPLETED = new AtomicInteger();

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @TempDir private Path folder;

    @Test
    void ids_overManyCheckpointsAndADownscale_areFewAndNoneStaysOpen() throws Exception {
        String servers = BROKER.servers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            String old =
                    stopped(
                            start(
                                    2,
                                    "",
                                    new LossRefusingSink(
                                            older(servers),
                                            LedgerSink.MONEY,
                                            new SinkAdmin(Brokers.at(servers)))));
            Set<String> before = ids(admin);

            JobClient pooled = start(2, old, endpoints(servers).exactlyOnce(LedgerSink.MONEY));
            String savepoint = stopped(pooled);
            Set<String> made = ids(admin);
            made.removeAll(before);
            assertThat(made)
                    .as("ids that %d checkpoints have made", CHECKPOINTS)
                    .hasSizeLessThanOrEqualTo(6);

            assertDownscaleEnds(servers, admin, savepoint);
        }
        assertThat(published(servers))
                .as("each number once")
                .isEqualTo(LongStream.range(0, published(servers).size()).boxed().toList());
    }

    /** As if a run had died after the savepoint, with transactions under ids old and new. */
    private void assertDownscaleEnds(String servers, Admin admin, String savepoint)
            throws Exception {
        List<KafkaProducer<byte[], byte[]>> dead = new ArrayList<>();
        Set<String> left = ids(admin);
        left.add("pool-money-1-9");
        try {
            for (String id : left) {
                dead.add(leaveOpen(servers, id));
            }
            Map<String, TransactionDescription> open = describe(admin, left);
            JobClient downscaled =
                    start(1, savepoint, endpoints(servers).exactlyOnce(LedgerSink.MONEY));
            await("no transaction of the dead run is left")
                    .atMost(LIMIT)
                    .until(() -> stillOpen(admin, open).isEmpty());
            stopped(downscaled);
        } finally {
            dead.forEach(producer -> producer.close(Duration.ZERO));
        }
    }

    private String stopped(JobClient job) throws Exception {
        await("checkpoints").atMost(LIMIT).until(() -> COMPLETED.get() >= CHECKPOINTS);
        return job.stopWithSavepoint(
                        false,
                        folder.resolve("savepoints").toUri().toString(),
                        SavepointFormatType.CANONICAL)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static JobClient start(int parallelism, String savepoint, Sink<OutboundRecord> sink)
            throws Exception {
        COMPLETED.set(0);
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        if (!savepoint.isEmpty()) {
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        var env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, flink);
        env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(100),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .setParallelism(1)
                .uid("numbers")
                .rebalance()
                .map(new Numbered())
                .returns(TypeInformation.of(OutboundRecord.class))
                .uid("numbered")
                .sinkTo(sink)
                .uid("out");
        return env.executeAsync();
    }

    /** The sink of earlier versions. */
    private static KafkaSink<OutboundRecord> older(String servers) {
        return KafkaSink.<OutboundRecord>builder()
                .setBootstrapServers(servers)
                .setProperty("transaction.timeout.ms", "60000")
                .setRecordSerializer(new LedgerRecordSchema(LedgerSink.MONEY))
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("pool-money")
                .build();
    }

    private static KafkaEndpoints endpoints(String servers) {
        return new KafkaEndpoints(
                new JobConfig.Kafka(
                        Brokers.at(servers),
                        "pool",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Map.of(),
                        Map.of(),
                        Map.of()));
    }

    private static KafkaProducer<byte[], byte[]> leaveOpen(String servers, String id)
            throws Exception {
        var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", servers, "transactional.id", id),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(Topics.CHARGES, UNPUBLISHED.getBytes(UTF_8))).get();
        return producer;
    }

    private static Set<String> ids(Admin admin) throws Exception {
        return admin.listTransactions().all().get().stream()
                .map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith("pool-money-"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, TransactionDescription> describe(Admin admin, Collection<String> ids)
            throws Exception {
        return new HashMap<>(admin.describeTransactions(ids).all().get());
    }

    /** Those whose producer is still the one that left them. */
    private static List<String> stillOpen(Admin admin, Map<String, TransactionDescription> left)
            throws Exception {
        Map<String, TransactionDescription> now = describe(admin, left.keySet());
        return left.entrySet().stream()
                .filter(
                        open -> {
                            TransactionDescription found = now.get(open.getKey());
                            return found != null
                                    && found.state() == TransactionState.ONGOING
                                    && found.producerEpoch() == open.getValue().producerEpoch();
                        })
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<Long> published(String servers) throws Exception {
        List<Long> numbers = new ArrayList<>();
        try (TopicScan scan = new TopicScan(Brokers.at(servers), List.of(Topics.CHARGES))) {
            scan.toEnd(record -> numbers.add(Long.valueOf(new String(record.value(), UTF_8))));
        }
        return numbers.stream().sorted().toList();
    }

    /** Makes charges of numbers, and counts checkpoints. */
    private static final class Numbered
            implements MapFunction<Long, OutboundRecord>, CheckpointListener {

        private static final long serialVersionUID = 1L;

        @Override
        public OutboundRecord map(Long number) {
            byte[] text = number.toString().getBytes(UTF_8);
            return new OutboundRecord(Topics.CHARGES, text, text);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            COMPLETED.incrementAndGet();
        }
    }
}
