package io.millrace.job.topic;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.clock.OpenTransaction;
import io.millrace.admit.clock.RequestTopic;
import io.millrace.local.stack.GuardedBroker;
import io.millrace.local.stack.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker with an authorizer: what the job and its requesters may do with the rights that the page
 * gives them, and what an operator does who gives or takes some. The tests share one broker; the
 * job's rights grow from one to the next.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RightsITCase {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String REQUESTER = "requester";
    private static final TopicPartition REQUESTS = new TopicPartition(Topics.REQUESTS, 0);

    @TempDir private static Path folder;
    private static GuardedBroker broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        broker = GuardedBroker.start(folder, REQUESTER);
        admin = Admin.create(broker.administrator());
        TopicSettings.create(admin, 1);
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    @Order(1)
    void job_withoutTheRightsOfThePage_isRefusedUntilTheyAreGranted() throws Exception {
        String servers = broker.bootstrapServers();
        assertThatThrownBy(
                        () ->
                                KafkaTopicChecks.verify(
                                        Brokers.at(servers), 1, EvidenceRetention.LEAST))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("may not see");
        for (String topic : Topics.ALL) {
            allowJob(ResourceType.TOPIC, topic, READ, WRITE, DESCRIBE);
        }
        assertThatThrownBy(
                        () ->
                                KafkaTopicChecks.verify(
                                        Brokers.at(servers), 1, EvidenceRetention.LEAST))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DESCRIBE_CONFIGS");
        assertThatThrownBy(() -> KafkaBrokerChecks.verify(Brokers.at(servers), HOUR, HOUR))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DESCRIBE_CONFIGS");
        for (String topic : Topics.ALL) {
            allowJob(ResourceType.TOPIC, topic, DESCRIBE_CONFIGS);
        }
        assertThatCode(
                        () ->
                                KafkaTopicChecks.verify(
                                        Brokers.at(servers), 1, EvidenceRetention.LEAST))
                .doesNotThrowAnyException();
        // Without the cluster's settings it goes on with a warning: they may be somebody else's.
        assertThatCode(
                        () ->
                                KafkaBrokerChecks.verify(
                                        Brokers.at(servers), HOUR.plusMillis(1), HOUR))
                .doesNotThrowAnyException();
        allowJob(ResourceType.CLUSTER, "kafka-cluster", DESCRIBE_CONFIGS);
        assertThatThrownBy(
                        () ->
                                KafkaBrokerChecks.verify(
                                        Brokers.at(servers), HOUR.plusMillis(1), HOUR))
                .hasMessageContaining("transaction.max.timeout.ms=3600000");
        assertThatCode(() -> KafkaBrokerChecks.verify(Brokers.at(servers), HOUR, HOUR))
                .doesNotThrowAnyException();
    }

    @Test
    @Order(2)
    void strangersTransaction_endedOnceTheRightIsGrantedOrByHand() throws Exception {
        broker.allow(admin, REQUESTER, ResourceType.TOPIC, Topics.REQUESTS, WRITE);
        broker.allow(admin, REQUESTER, ResourceType.TRANSACTIONAL_ID, "one", WRITE, DESCRIBE);
        broker.allow(admin, REQUESTER, ResourceType.TRANSACTIONAL_ID, "two", WRITE, DESCRIBE);
        try (RequestTopic topic =
                        KafkaRequestTopic.factory(Brokers.at(broker.bootstrapServers())).open();
                var one = opened("one")) {
            OpenTransaction held = held(topic);
            assertThatThrownBy(() -> topic.end(held).get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("without the right")
                    .hasCauseInstanceOf(RequestTopic.NotPermittedException.class);
            allowJob(ResourceType.TRANSACTIONAL_ID, "one", WRITE, DESCRIBE);
            topic.end(held).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            awaitNothingHeld(topic);
            assertThatThrownBy(one::commitTransaction).as("the stranger hears of it").isNotNull();

            try (var two = opened("two")) {
                OpenTransaction other = held(topic);
                admin.abortTransaction(
                                new AbortTransactionSpec(
                                        REQUESTS,
                                        other.producerId(),
                                        (short) other.producerEpoch(),
                                        other.coordinatorEpoch()))
                        .all()
                        .get();
                awaitNothingHeld(topic);
                two.abortTransaction();
            }

            try (var two = opened("two")) {
                allowJob(ResourceType.CLUSTER, "kafka-cluster", ALTER);
                topic.end(held(topic)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                awaitNothingHeld(topic);
                two.abortTransaction();
            }
        }
    }

    @Test
    @Order(3)
    void stranger_withoutTheRight_opensNoTransaction() throws Exception {
        broker.allow(admin, REQUESTER, ResourceType.TOPIC, Topics.REQUESTS, WRITE);
        broker.forbid(admin, REQUESTER, ResourceType.TRANSACTIONAL_ID);
        try (var one = producer("one")) {
            assertThatThrownBy(one::initTransactions)
                    .isInstanceOf(TransactionalIdAuthorizationException.class);
        }
        try (var plain = producer("")) {
            plain.send(new ProducerRecord<>(Topics.REQUESTS, new byte[1])).get();
        }
        broker.forbid(admin, REQUESTER, ResourceType.TOPIC);
        try (var forger = producer("")) {
            assertThatThrownBy(
                            () ->
                                    forger.send(new ProducerRecord<>(Topics.REQUESTS, new byte[1]))
                                            .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    private static void allowJob(ResourceType type, String name, AclOperation... operations)
            throws Exception {
        broker.allow(admin, GuardedBroker.JOB, type, name, operations);
    }

    private static OpenTransaction held(RequestTopic topic) throws Exception {
        List<OpenTransaction> open =
                topic.look()
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .open()
                        .getOrDefault(0, List.of());
        assertThat(open).hasSize(1);
        return open.get(0);
    }

    private static void awaitNothingHeld(RequestTopic topic) {
        await("nothing is held back")
                .atMost(LIMIT)
                .until(
                        () ->
                                topic.look()
                                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                                        .open()
                                        .getOrDefault(0, List.of())
                                        .isEmpty());
    }

    private static KafkaProducer<byte[], byte[]> opened(String id) throws Exception {
        KafkaProducer<byte[], byte[]> producer = producer(id);
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(Topics.REQUESTS, new byte[1])).get();
        return producer;
    }

    private static KafkaProducer<byte[], byte[]> producer(String id) {
        Map<String, Object> settings = new HashMap<>(broker.client(REQUESTER));
        if (!id.isEmpty()) {
            settings.put("transactional.id", id);
            settings.put("transaction.timeout.ms", 600_000);
        } else {
            settings.put("enable.idempotence", false);
        }
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
