package io.millrace.job.topic;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * What the topics' roles need, checked before the job starts: a wrong setting would cost money
 * silently later.
 */
public final class KafkaTopicChecks {

    private static final long PATIENCE_SECONDS = 30;

    private KafkaTopicChecks() {}

    /**
     * Throws IllegalStateException naming the topic, what it has and the command that mends it.
     *
     * @param readers parallelism of the request source: a reader without a partition would hold
     *     back all time
     * @param evidence how long it must be kept
     */
    public static void verify(Brokers brokers, int readers, EvidenceRetention evidence) {
        try (Admin admin = brokers.admin()) {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(present(admin))
                            .allTopicNames()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            for (Topic topic : TopicCatalogue.ALL) {
                verifyPartitions(topic, partitions(topics, topic.name()), readers);
            }
            Map<ConfigResource, Config> configs = configs(admin);
            verifySettings(TopicCatalogue.with(evidence, rejections(configs)), configs);
            int copies =
                    admin.describeCluster().nodes().get(PATIENCE_SECONDS, TimeUnit.SECONDS).size();
            for (TopicDescription topic : topics.values()) {
                verifyCopies(
                        topic, new Copies(copies), value(configs, topic.name(), Copies.IN_SYNC));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while checking the topics at " + brokers, e);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof AuthorizationException) {
                throw new IllegalStateException(
                        "the job may not read the settings of its topics, the brokers say: "
                                + e.getCause().getMessage()
                                + "; grant it DESCRIBE and DESCRIBE_CONFIGS on them",
                        e);
            }
            if (e.getCause() instanceof AuthenticationException) {
                throw new IllegalStateException(
                        "the brokers at %s do not let the job in: %s; check --kafka.client.file"
                                .formatted(brokers, e.getCause().getMessage()),
                        e);
            }
            throw new IllegalStateException(
                    ("the topics at %s cannot be checked; are the brokers up,"
                                    + " --kafka.bootstrap.servers right, and if they ask for TLS or"
                                    + " a login, --kafka.client.file given?")
                            .formatted(brokers),
                    e);
        }
    }

    private static void verifyPartitions(Topic topic, int partitions, int readers) {
        switch (topic.partitions()) {
            case ANY -> {}
            case ONE_A_READER ->
                    require(
                            partitions >= readers,
                            ("%s has %d partitions for %d readers; add partitions or lower"
                                            + " --parallelism.admit")
                                    .formatted(topic.name(), partitions, readers));
            case ONE ->
                    require(
                            partitions == 1,
                            ("%s has %d partitions; its order is the order of settlement,"
                                            + " re-create it with one")
                                    .formatted(topic.name(), partitions));
        }
    }

    private static Map<ConfigResource, Config> configs(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.describeConfigs(Topics.ALL.stream().map(KafkaTopicChecks::resource).toList())
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** As long as the requests are kept by their own topic's settings. */
    private static RejectionRetention rejections(Map<ConfigResource, Config> configs) {
        return RejectionRetention.of(
                millis(configs, "retention.ms", TopicCatalogue.LONGEST_OUTAGE),
                millis(configs, "segment.ms", RejectionRetention.SEGMENT));
    }

    private static long millis(
            Map<ConfigResource, Config> configs, String key, Duration otherwise) {
        String set = value(configs, Topics.REQUESTS, key);
        return set.isEmpty() ? otherwise.toMillis() : Long.parseLong(set);
    }

    private static void verifyCopies(TopicDescription topic, Copies copies, String inSync) {
        require(
                !inSync.isEmpty(),
                "%s has a %s that the brokers do not report; grant the job DESCRIBE_CONFIGS on it"
                        .formatted(topic.name(), Copies.IN_SYNC));
        int fewest =
                topic.partitions().stream()
                        .mapToInt(partition -> partition.replicas().size())
                        .min()
                        .orElse(0);
        String wrong = copies.problem(topic.name(), fewest, Integer.parseInt(inSync));
        require(wrong.isEmpty(), wrong);
    }

    private static void verifySettings(List<Topic> topics, Map<ConfigResource, Config> configs) {
        for (Topic topic : topics) {
            for (TopicSetting setting : topic.settings()) {
                verify(topic.name(), setting, configs);
            }
        }
    }

    private static void verify(
            String topic, TopicSetting setting, Map<ConfigResource, Config> configs) {
        String actual = value(configs, topic, setting.key());
        TopicSetting instead = setting.instead();
        if (instead == null) {
            require(
                    setting.accepts(actual),
                    "%s has %s=%s; %s, set it to %s"
                            .formatted(
                                    topic,
                                    setting.key(),
                                    known(actual),
                                    setting.why(),
                                    setting.wanted()));
            return;
        }
        String other = value(configs, topic, instead.key());
        require(
                setting.accepts(actual) || instead.accepts(other),
                ("%s has %s=%s and %s=%s; %s, set the first to %s, or, on brokers without it, the"
                                + " second to %s")
                        .formatted(
                                topic,
                                setting.key(),
                                known(actual),
                                instead.key(),
                                other,
                                setting.why(),
                                setting.wanted(),
                                instead.wanted()));
    }

    private static String known(String actual) {
        return actual.isEmpty() ? "(unknown to these brokers)" : actual;
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
                "missing topics "
                        + missing
                        + "; create them first, jobs/README.md has their settings; if they are"
                        + " there, the job may not see them: grant it DESCRIBE");
        return Set.copyOf(Topics.ALL);
    }

    private static int partitions(Map<String, TopicDescription> topics, String topic) {
        TopicDescription description = topics.get(topic);
        return description == null ? 0 : description.partitions().size();
    }

    private static String value(Map<ConfigResource, Config> configs, String topic, String key) {
        Config config = configs.get(resource(topic));
        ConfigEntry entry = config == null ? null : config.get(key);
        return entry == null || entry.value() == null ? "" : entry.value();
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
