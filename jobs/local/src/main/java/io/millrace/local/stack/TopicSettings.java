package io.millrace.local.stack;

import io.millrace.job.Topics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the topics with what each one's role needs. The request topic's own append time is the
 * clock of admission; the money topics are the books, so nothing in them may age away; the epoch
 * log and the submitter's journal are total orders, so they have one partition. Of the checkpoint
 * marks only the last counts, for ever. The job checks the same at its start.
 */
public final class TopicSettings {

    private static final Set<String> ORDERED =
            Set.of(Topics.EPOCHS, Topics.TRANSACTIONS, Topics.CHECKPOINTS);
    private static final Set<String> BOOKS =
            Set.of(Topics.CHARGES, Topics.EPOCHS, Topics.RECEIPTS, Topics.TRANSACTIONS);

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

    private static Map<String, String> settingsOf(String topic) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("cleanup.policy", topic.equals(Topics.CHECKPOINTS) ? "compact" : "delete");
        if (topic.equals(Topics.REQUESTS)) {
            settings.put("message.timestamp.type", "LogAppendTime");
            settings.put("max.message.bytes", Integer.toString(Topics.REQUEST_MAX_BYTES));
            settings.put(
                    "max.decompressed.message.bytes", Integer.toString(Topics.REQUEST_MAX_BYTES));
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
