package io.millrace.job.stack;

import io.millrace.job.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Creates the topics with what each one's role needs. The request topic's own append time is the
 * clock of admission; the money topics are the books, so nothing in them may age away; the epoch
 * log and the submitter's journal are total orders, so they have one partition. The job checks the
 * same at its start.
 */
final class TopicSettings {

    private static final Set<String> ORDERED = Set.of(Topics.EPOCHS, Topics.TRANSACTIONS);
    private static final Set<String> BOOKS =
            Set.of(Topics.CHARGES, Topics.EPOCHS, Topics.RECEIPTS, Topics.TRANSACTIONS);

    private TopicSettings() {}

    /**
     * Creates all topics on a single broker.
     *
     * @param partitions of the topics without a total order
     */
    static void create(Admin admin, int partitions)
            throws ExecutionException, InterruptedException {
        List<NewTopic> topics =
                Topics.ALL.stream()
                        .map(
                                topic ->
                                        new NewTopic(
                                                        topic,
                                                        ORDERED.contains(topic) ? 1 : partitions,
                                                        (short) 1)
                                                .configs(settingsOf(topic)))
                        .toList();
        admin.createTopics(topics).all().get();
    }

    private static Map<String, String> settingsOf(String topic) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", "delete");
        if (topic.equals(Topics.REQUESTS)) {
            settings.put("message.timestamp.type", "LogAppendTime");
        }
        if (topic.equals(Topics.TRANSACTIONS)) {
            settings.put("flush.messages", "1"); // on disk before it is acknowledged
        }
        if (BOOKS.contains(topic)) {
            settings.put("retention.ms", "-1");
        }
        return settings;
    }
}
