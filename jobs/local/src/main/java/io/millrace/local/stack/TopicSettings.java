package io.millrace.local.stack;

import io.millrace.job.topic.Topic;
import io.millrace.job.topic.TopicCatalogue;
import io.millrace.job.topic.Topics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of a single broker with what each one's role needs. */
public final class TopicSettings {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 50;

    private TopicSettings() {}

    /**
     * Creates all topics on a single broker. Returns once the broker itself knows them, which is a
     * moment after the controller has acknowledged them.
     *
     * @param partitions of the topics without a total order
     */
    public static void create(Admin admin, int partitions)
            throws ExecutionException, InterruptedException {
        List<NewTopic> topics =
                TopicCatalogue.ALL.stream().map(topic -> created(topic, partitions)).toList();
        admin.createTopics(topics).all().get();
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!isKnown(admin)) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new StackException(
                        "the broker does not know the topics "
                                + PATIENCE.toSeconds()
                                + " s after they were created");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    private static boolean isKnown(Admin admin) throws ExecutionException, InterruptedException {
        try {
            admin.describeTopics(Topics.ALL).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    private static NewTopic created(Topic topic, int partitions) {
        int count = topic.partitions() == Topic.Partitions.ONE ? 1 : partitions;
        Map<String, String> settings = new LinkedHashMap<>();
        topic.settings().forEach(setting -> settings.put(setting.key(), setting.value()));
        return new NewTopic(topic.name(), count, (short) 1).configs(settings);
    }
}
