package io.millrace.local.chaos.fault;

import static java.util.stream.Collectors.toMap;

import io.millrace.job.topic.Topic;
import io.millrace.job.topic.Topic.Partitions;
import io.millrace.job.topic.TopicCatalogue;
import io.millrace.job.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;

/**
 * Topics get one more partition each, as when a cluster grows: keys move to other partitions, and
 * what lies in the new ones must be read from its beginning. All that may have several grow, so
 * that charges, their evidence and their receipts must be found together afterwards.
 */
record AddedPartitions(String bootstrapServers, Load load) implements Fault {

    private static final List<String> GROWING =
            TopicCatalogue.ALL.stream()
                    .filter(topic -> topic.partitions() != Partitions.ONE)
                    .map(Topic::name)
                    .toList();
    private static final int PATIENCE_SECONDS = 30;

    @Override
    public String inject() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<String, Integer> had =
                    admin
                            .describeTopics(GROWING)
                            .allTopicNames()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .entrySet()
                            .stream()
                            .collect(
                                    toMap(
                                            Map.Entry::getKey,
                                            topic -> topic.getValue().partitions().size()));
            admin.createPartitions(
                            had.entrySet().stream()
                                    .collect(
                                            toMap(
                                                    Map.Entry::getKey,
                                                    topic ->
                                                            NewPartitions.increaseTo(
                                                                    topic.getValue() + 1))))
                    .all()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            int added = had.getOrDefault(Topics.REQUESTS, 0);
            load.awaitTakenIn(added);
            return "requests in partition " + added;
        }
    }

    @Override
    public void heal() {
        // partitions stay
    }
}
