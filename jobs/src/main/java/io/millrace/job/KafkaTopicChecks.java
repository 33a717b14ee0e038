package io.millrace.job;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What the topics' roles need, checked before the job starts: a wrong setting would cost money
 * silently later.
 */
final class KafkaTopicChecks {

    private static final long PATIENCE_SECONDS = 30;

    private KafkaTopicChecks() {}

    /**
     * Throws IllegalStateException naming the topic, what it has and the command that mends it.
     *
     * @param readers parallelism of the request source: a reader without a partition would hold
     *     back all time
     */
    static void verify(String bootstrapServers, int readers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(present(admin))
                            .allTopicNames()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            int partitions = partitions(topics, Topics.REQUESTS);
            require(
                    partitions >= readers,
                    Topics.REQUESTS
                            + " has "
                            + partitions
                            + " partitions for "
                            + readers
                            + " readers; add partitions or lower --parallelism.admit");
            for (String single : List.of(Topics.EPOCHS, Topics.TRANSACTIONS)) {
                require(
                        partitions(topics, single) == 1,
                        single
                                + " has "
                                + partitions(topics, single)
                                + " partitions; its order is the order of"
                                + " settlement, re-create it with one");
            }
            verifySettings(admin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while checking the topics at " + bootstrapServers, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "the topics at "
                            + bootstrapServers
                            + " cannot be checked; are the brokers up and "
                            + "--kafka.bootstrap.servers right?",
                    e);
        }
    }

    private static void verifySettings(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<ConfigResource, Config> configs =
                admin.describeConfigs(Topics.ALL.stream().map(KafkaTopicChecks::resource).toList())
                        .all()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        String clock = value(configs, Topics.REQUESTS, "message.timestamp.type");
        require(
                clock.equals("LogAppendTime"),
                Topics.REQUESTS
                        + " has message.timestamp.type="
                        + clock
                        + "; deadlines and duplicates are judged by"
                        + " the broker's clock, set it to LogAppendTime");
        String flush = value(configs, Topics.TRANSACTIONS, "flush.messages");
        require(
                flush.equals("1"),
                Topics.TRANSACTIONS
                        + " has flush.messages="
                        + flush
                        + "; what is signed must be on the broker's disk before it is sent, set it"
                        + " to 1");
        for (String kept :
                List.of(Topics.EPOCHS, Topics.TRANSACTIONS, Topics.RECEIPTS, Topics.CHARGES)) {
            String policy = value(configs, kept, "cleanup.policy");
            require(
                    policy.equals("delete"),
                    kept
                            + " has cleanup.policy="
                            + policy
                            + "; compaction would drop entries of the books, set it to"
                            + " delete with a retention that outlives every audit");
        }
    }

    private static Set<String> present(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> names = admin.listTopics().names().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Set<String> missing =
                Topics.ALL.stream()
                        .filter(topic -> !names.contains(topic))
                        .collect(Collectors.toSet());
        require(
                missing.isEmpty(),
                "missing topics " + missing + "; create them first, README has their settings");
        return Set.copyOf(Topics.ALL);
    }

    private static int partitions(Map<String, TopicDescription> topics, String topic) {
        TopicDescription description = topics.get(topic);
        return description == null ? 0 : description.partitions().size();
    }

    private static String value(Map<ConfigResource, Config> configs, String topic, String key) {
        Config config = configs.get(resource(topic));
        return config == null || config.get(key) == null ? "" : config.get(key).value();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("topic " + otherwise);
        }
    }
}
