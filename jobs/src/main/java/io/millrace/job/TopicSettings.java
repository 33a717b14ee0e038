package io.millrace.job;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What each topic's role needs of Kafka. The request topic's own append time is the clock of
 * admission; the money topics are the books, so nothing of them may age away; the epoch log and the
 * submitter's journal are total orders, so they have one partition.
 */
public final class TopicSettings {

    private static final String TIMESTAMP_TYPE = "message.timestamp.type";
    private static final String RETENTION = "retention.ms";
    private static final String FOREVER = "-1";
    private static final Set<String> ORDERED = Set.of(Topics.EPOCHS, Topics.TRANSACTIONS);
    private static final Set<String> BOOKS =
            Set.of(Topics.CHARGES, Topics.EPOCHS, Topics.RECEIPTS, Topics.TRANSACTIONS);

    private TopicSettings() {}

    /**
     * Creates all topics.
     *
     * @param partitions of the topics without a total order @param replicas of each
     */
    public static void create(Admin admin, int partitions, short replicas)
            throws ExecutionException, InterruptedException {
        List<NewTopic> topics =
                Topics.ALL.stream()
                        .map(
                                topic ->
                                        new NewTopic(
                                                        topic,
                                                        ORDERED.contains(topic) ? 1 : partitions,
                                                        replicas)
                                                .configs(settingsOf(topic)))
                        .toList();
        admin.createTopics(topics).all().get();
    }

    /**
     * Fails unless all topics exist with the settings their roles need.
     *
     * @throws IllegalStateException naming each setting that is wrong and how to put it right
     */
    public static void check(Admin admin) throws ExecutionException, InterruptedException {
        Set<String> found = admin.listTopics().names().get();
        Set<String> missing = new TreeSet<>(Topics.ALL);
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "topics " + missing + " do not exist; create them before the job starts");
        }
        Map<String, TopicDescription> topics =
                admin.describeTopics(Topics.ALL).allTopicNames().get();
        Map<ConfigResource, Config> configs =
                admin.describeConfigs(Topics.ALL.stream().map(TopicSettings::resource).toList())
                        .all()
                        .get();
        for (String topic : Topics.ALL) {
            int partitions = requireNonNull(topics.get(topic), topic).partitions().size();
            if (ORDERED.contains(topic) && partitions != 1) {
                throw new IllegalStateException(
                        "topic "
                                + topic
                                + " has "
                                + partitions
                                + " partitions where its order needs 1; create it anew");
            }
            Config config = requireNonNull(configs.get(resource(topic)), topic);
            settingsOf(topic).forEach((key, wanted) -> require(topic, config, key, wanted));
        }
    }

    private static void require(String topic, Config config, String key, String wanted) {
        String actual = config.get(key).value();
        if (!wanted.equals(actual)) {
            throw new IllegalStateException(
                    "topic "
                            + topic
                            + " has "
                            + key
                            + "="
                            + actual
                            + "; run kafka-configs --alter --topic "
                            + topic
                            + " --add-config "
                            + key
                            + "="
                            + wanted);
        }
    }

    private static Map<String, String> settingsOf(String topic) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (topic.equals(Topics.REQUESTS)) {
            settings.put(TIMESTAMP_TYPE, "LogAppendTime");
        }
        if (BOOKS.contains(topic)) {
            settings.put(RETENTION, FOREVER);
            settings.put("cleanup.policy", "delete");
        }
        return settings;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
