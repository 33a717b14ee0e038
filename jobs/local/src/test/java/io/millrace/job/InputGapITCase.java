package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RequestRecord;
import io.millrace.job.input.TopicIds;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.SharedBroker;
import io.millrace.local.stack.TopicCopy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are gone from the topic before the job has read them: aged out during a pause, or
 * deleted in front of a reader that waits, or with the topic. Their requesters would never hear
 * anything.
 */
class InputGapITCase {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final TopicPartition REQUESTS = new TopicPartition(Topics.REQUESTS, 0);

    /** More than a consumer fetches at a time. */
    private static final int MANY = 6_000;

    private static final List<Long> READ = new CopyOnWriteArrayList<>();
    private static volatile CountDownLatch open = new CountDownLatch(0);

    @RegisterExtension private static final SharedBroker BROKER = new SharedBroker(1);

    @TempDir private Path folder;

    @BeforeEach
    void forget() {
        READ.clear();
        open = new CountDownLatch(0);
    }

    @Test
    void requests_goneBeforeTheyWereRead_areAnErrorUntilAccepted() throws Exception {
        String servers = BROKER.servers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            assertAgedOutDuringAPause(servers, admin);
            READ.clear();
            assertDeletedInFrontOfAReader(servers, admin);
        }
    }

    /**
     * Once the requests at the offsets that the state had read already were passed over without a
     * word, as soon as the topic had as many records as the old one.
     */
    @Test
    void topic_createdAnewUnderItsName_isAnErrorUntilAccepted() throws Exception {
        String servers = BROKER.servers();
        send(servers, 10, 1);
        JobClient first = start(servers, Map.of(), "");
        awaitRead(9);
        String savepoint = stop(first);
        String before = TopicIds.at(Brokers.at(servers), Topics.REQUESTS);
        TopicCopy.recreate(servers, Topics.REQUESTS, 0);
        send(servers, 20, 1);
        String after = TopicIds.at(Brokers.at(servers), Topics.REQUESTS);
        READ.clear();

        assertFails(
                start(servers, Map.of(), savepoint),
                "topic inference.requests has id " + after,
                "had id " + before,
                "deleted and created anew",
                "--kafka.topic.ids inference.requests:" + after);
        assertFails(start(servers, Map.of(), Map.of(Topics.REQUESTS, before), savepoint), before);
        assertThat(READ).as("read of another topic").isEmpty();

        JobClient accepted = start(servers, Map.of(), Map.of(Topics.REQUESTS, after), savepoint);
        awaitRead(19);
        assertThat(READ).containsExactly(10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);

        JobClient goesOn = start(servers, Map.of(), stop(accepted));
        send(servers, 1, 1);
        awaitRead(20);
        goesOn.cancel().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void topic_createdAnewUnderARunningJob_endsIt() throws Exception {
        String servers = BROKER.servers();
        send(servers, 10, 1);
        JobClient job = start(servers, Map.of(), "");
        awaitRead(9);
        TopicCopy.recreate(servers, Topics.REQUESTS, 0);
        send(servers, 20, 1);

        // What says so is whoever looks first: the reader, while the topic has less than was read,
        // or the coordinator, however much it has.
        assertFails(job, "topic inference.requests", "nothing was skipped, the job has ended");
    }

    private void assertAgedOutDuringAPause(String servers, Admin admin) throws Exception {
        send(servers, 10, 1);
        JobClient first = start(servers, Map.of(), "");
        awaitRead(9);
        String savepoint = stop(first);
        send(servers, 10, 1);
        delete(admin, 15);

        assertFails(
                start(servers, Map.of(), savepoint),
                "topic inference.requests partition 0 is to be read on from offset 10",
                "offsets 15 to 20",
                "--kafka.lost.requests inference.requests-0:15");
        assertFails(start(servers, Map.of("inference.requests-0", 14L), savepoint), "offset 10");

        JobClient accepted = start(servers, Map.of("inference.requests-0", 15L), savepoint);
        awaitRead(19);
        assertThat(READ)
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 15L, 16L, 17L, 18L, 19L);
        accepted.cancel().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private void assertDeletedInFrontOfAReader(String servers, Admin admin) throws Exception {
        open = new CountDownLatch(1);
        send(servers, MANY, 1_000);
        JobClient waiting = start(servers, Map.of(), "");
        awaitRead(15); // and no further: it holds what it has fetched
        delete(admin, 20 + MANY - 1);
        open.countDown();
        assertFails(waiting, "topic inference.requests partition 0", "nothing was skipped");
        assertThat(READ).as("records behind the gap").doesNotContain(20L + MANY - 1);
    }

    private String stop(JobClient job) throws Exception {
        return job.stopWithSavepoint(
                        false,
                        folder.resolve("savepoints").toUri().toString(),
                        SavepointFormatType.CANONICAL)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void assertFails(JobClient job, String... said) {
        var failed =
                assertThatThrownBy(
                        () -> job.getJobExecutionResult().get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        for (String part : said) {
            failed.hasStackTraceContaining(part);
        }
    }

    private static JobClient start(String servers, Map<String, Long> lost, String savepoint)
            throws Exception {
        return start(servers, lost, Map.of(), savepoint);
    }

    private static JobClient start(
            String servers, Map<String, Long> lost, Map<String, String> topicIds, String savepoint)
            throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000);
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        if (!savepoint.isEmpty()) {
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        var env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
        KafkaEndpoints kafka =
                new KafkaEndpoints(
                        new JobConfig.Kafka(
                                Brokers.at(servers),
                                "gap",
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(1),
                                Map.of(),
                                lost,
                                topicIds));
        env.fromSource(
                        kafka.requests(),
                        WatermarkStrategy.noWatermarks(),
                        "requests",
                        TypeInformation.of(RequestRecord.class))
                .uid("requests")
                .map(InputGapITCase::read)
                .returns(Types.LONG)
                .uid("read")
                .sinkTo(new DiscardingSink<>())
                .uid("out");
        return env.executeAsync();
    }

    private static Long read(RequestRecord request) throws InterruptedException {
        READ.add(request.place().offset());
        open.await();
        return request.place().offset();
    }

    private static void awaitRead(long offset) {
        await("offset " + offset).atMost(LIMIT).until(() -> READ.contains(offset));
    }

    private static void send(String servers, int count, int bytes) throws Exception {
        byte[] request = "x".repeat(bytes).getBytes(UTF_8);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", servers),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(Topics.REQUESTS, 0, null, request)));
            }
        }
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
    }

    private static void delete(Admin admin, long before) throws Exception {
        admin.deleteRecords(Map.of(REQUESTS, RecordsToDelete.beforeOffset(before))).all().get();
    }
}
