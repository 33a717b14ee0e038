package io.millrace.job.input;

import io.millrace.job.topic.Brokers;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** Kafka's own ids of topics: one that is deleted and created anew under its name has another. */
public final class TopicIds {

    private static final long PATIENCE_SECONDS = 30;

    private TopicIds() {}

    /**
     * The id of {@code topic} now, as Kafka's tools print it; empty if the brokers give none, as
     * those before 2.8.
     *
     * @throws IllegalStateException if they do not answer, or have no such topic
     */
    public static String at(Brokers brokers, String topic) {
        try (Admin admin = brokers.admin()) {
            Uuid id =
                    Objects.requireNonNull(
                                    admin.describeTopics(List.of(topic))
                                            .allTopicNames()
                                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                            .get(topic))
                            .topicId();
            return id.equals(Uuid.ZERO_UUID) ? "" : id.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(brokers, topic, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(brokers, topic, e);
        }
    }

    private static IllegalStateException failed(Brokers brokers, String topic, Exception cause) {
        return new IllegalStateException(
                "the id of topic %s at %s cannot be read; check that the brokers are up and have it"
                        .formatted(topic, brokers),
                cause);
    }
}
