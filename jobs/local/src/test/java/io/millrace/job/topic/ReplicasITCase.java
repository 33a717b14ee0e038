package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.Installation;
import io.millrace.local.stack.JoiningBroker;
import io.millrace.local.stack.KafkaBroker;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that were made for one broker, on a cluster of three. */
class ReplicasITCase {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final List<Integer> ALL = List.of(1, 2, 3);

    @TempDir private Path folder;

    @Test
    void topics_withFewerReplicasThanBrokers_refusedUntilReassigned() throws Exception {
        Path home = folder.resolve("kafka-1");
        KafkaBroker broker =
                KafkaBroker.in(
                        Installation.locate().brokerJars(), home, folder.resolve("kafka-1.log"));
        StackProcess second = JoiningBroker.in(2, home, folder.resolve("kafka-2")).process();
        StackProcess third = JoiningBroker.in(3, home, folder.resolve("kafka-3")).process();
        String servers = broker.bootstrapServers();
        try (StackProcess first = broker.process();
                second;
                third;
                Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            first.launch();
            second.launch();
            third.launch();
            first.awaitReady();
            await("three brokers")
                    .atMost(LIMIT)
                    .until(() -> admin.describeCluster().nodes().get().size() == ALL.size());
            TopicSettings.create(admin, 1);

            assertThatThrownBy(
                            () ->
                                    KafkaTopicChecks.verify(
                                            Brokers.at(servers), 1, EvidenceRetention.LEAST))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has 1 replicas on 3 brokers")
                    .hasMessageContaining("reassign its partitions to 3");
            reassign(admin);
            assertThatThrownBy(
                            () ->
                                    KafkaTopicChecks.verify(
                                            Brokers.at(servers), 1, EvidenceRetention.LEAST))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has min.insync.replicas=1")
                    .hasMessageContaining("set it to at least 2");
            setInSync(admin);
            await("the brokers know")
                    .atMost(LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThatCode(
                                                    () ->
                                                            KafkaTopicChecks.verify(
                                                                    Brokers.at(servers),
                                                                    1,
                                                                    EvidenceRetention.LEAST))
                                            .doesNotThrowAnyException());
        }
    }

    /** As {@code kafka-reassign-partitions.sh} does. */
    private static void reassign(Admin admin) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> all = new HashMap<>();
        for (TopicPartition partition : partitions(admin)) {
            all.put(partition, Optional.of(new NewPartitionReassignment(ALL)));
        }
        admin.alterPartitionReassignments(all).all().get();
        await("all is copied")
                .atMost(LIMIT)
                .until(() -> admin.listPartitionReassignments().reassignments().get().isEmpty());
    }

    private static Collection<TopicPartition> partitions(Admin admin) throws Exception {
        return admin.describeTopics(Topics.ALL).allTopicNames().get().values().stream()
                .flatMap(
                        topic ->
                                topic.partitions().stream()
                                        .map(
                                                partition ->
                                                        new TopicPartition(
                                                                topic.name(),
                                                                partition.partition())))
                .toList();
    }

    private static void setInSync(Admin admin) throws Exception {
        AlterConfigOp two =
                new AlterConfigOp(new ConfigEntry(Copies.IN_SYNC, "2"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(
                        Topics.ALL.stream()
                                .collect(
                                        Collectors.toMap(
                                                topic ->
                                                        new ConfigResource(
                                                                ConfigResource.Type.TOPIC, topic),
                                                topic -> List.of(two))))
                .all()
                .get();
    }
}
