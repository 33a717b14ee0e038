package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.job.topic.Topics;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What can make a partition of the requests stand still, and with it the clock of all: that it is
 * new, and that a stranger leaves a transaction open in it.
 */
class RequestPartitionsITCase {

    /**
     * Discovery, the bound of transactions, looks, ticks, a checkpoint; not a restart, not 10 min.
     */
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final long STANDS_MILLIS = 5_000;

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @Test
    void partitions_addedThenHeldByAStranger_allOthersAreAnsweredSoon() throws Exception {
        LocalStack stack = STACK.get();
        try (StackClient client = StackClient.fromNowOn(stack)) {
            int partitions = addPartition(stack);
            SentRequest inTheNewOne =
                    client.send(client.stack().requesters().get(0), partitions - 1);
            client.awaitThat(
                    "a request in the new partition", SOON, view -> view.ended(inTheNewOne));
            awaitClock(stack);

            StackClient.Signed aborted = hangAndEnd(client, partitions);
            awaitClock(stack);
            SentRequest inTime = commitInTime(client);

            client.awaitThat("the stranger's in time", SOON, view -> view.ended(inTime));
            client.awaitSettled();
            assertThat(client.view().charges().get(inTime.requestId())).hasSize(1);
            assertThat(client.view().results().get(inTime.requestId())).hasSize(1);
            assertThat(client.view().charges()).doesNotContainKey(aborted.requestId());
            assertThat(client.view().results()).doesNotContainKey(aborted.requestId());
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    private static int addPartition(LocalStack stack) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.file().bootstrapServers()))) {
            int more =
                    1
                            + admin
                                    .describeTopics(List.of(Topics.REQUESTS))
                                    .allTopicNames()
                                    .get()
                                    .values()
                                    .stream()
                                    .mapToInt(topic -> topic.partitions().size())
                                    .sum();
            admin.createPartitions(Map.of(Topics.REQUESTS, NewPartitions.increaseTo(more)))
                    .all()
                    .get();
            return more;
        }
    }

    /** A stranger's request stays uncommitted in front of one in each partition. */
    private static StackClient.Signed hangAndEnd(StackClient client, int partitions)
            throws Exception {
        Account requester = client.stack().requesters().get(1);
        StackClient.Signed left = client.sign(requester);
        try (KafkaProducer<String, byte[]> stranger = stranger(client, "hangs")) {
            stranger.initTransactions();
            stranger.beginTransaction();
            for (int partition = 0; partition < partitions; partition++) {
                stranger.send(record(left, partition)).get();
            }
            List<SentRequest> behind = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                behind.add(client.send(requester, partition));
            }
            client.awaitThat(
                    "requests behind it", SOON, view -> behind.stream().allMatch(view::ended));
            assertThatThrownBy(stranger::commitTransaction)
                    .as("the stranger hears of it")
                    .isInstanceOf(KafkaException.class);
        }
        return left;
    }

    private static SentRequest commitInTime(StackClient client) throws Exception {
        StackClient.Signed request = client.sign(client.stack().requesters().get(2));
        try (KafkaProducer<String, byte[]> stranger = stranger(client, "commits")) {
            stranger.initTransactions();
            stranger.beginTransaction();
            RecordMetadata at = stranger.send(record(request, 0)).get();
            stranger.commitTransaction();
            return new SentRequest(
                    request.requestId(),
                    request.requester(),
                    request.value(),
                    at.partition(),
                    at.offset(),
                    at.timestamp());
        }
    }

    private static ProducerRecord<String, byte[]> record(
            StackClient.Signed request, int partition) {
        return new ProducerRecord<>(
                Topics.REQUESTS, partition, request.requester(), request.value());
    }

    private static KafkaProducer<String, byte[]> stranger(StackClient client, String id) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        client.stack().bootstrapServers(),
                        "transactional.id",
                        id,
                        "transaction.timeout.ms",
                        "600000"),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    private static void awaitClock(LocalStack stack) throws Exception {
        FlinkMetrics metrics = stack.metrics();
        String name = "admit.admit.clockStandsMillis";
        await("the clock goes on")
                .during(Duration.ofMillis(STANDS_MILLIS))
                .atMost(SOON)
                .until(() -> metrics.sum(name, name).orElse(Long.MAX_VALUE) < STANDS_MILLIS);
    }
}
