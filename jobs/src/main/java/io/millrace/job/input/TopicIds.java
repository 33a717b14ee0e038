package io.millrace.job.input;

import io.millrace.job.topic.Brokers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's own ids of topics: one that is deleted and created anew under its name has another. Holds
 * on to its connections between two questions, which are seconds apart. Safe for several threads.
 */
public final class TopicIds implements InputTopic.Lookup {

    private static final long serialVersionUID = 1L;
    private static final long PATIENCE_SECONDS = 30;

    private final Brokers brokers;
    private transient @Nullable Admin admin;

    /** Connects when it is asked. */
    public TopicIds(Brokers brokers) {
        this.brokers = brokers;
    }

    /**
     * What {@link #of} says of {@code topic}, asked once.
     *
     * @throws IllegalStateException if the brokers do not answer, or have no such topic
     */
    public static String at(Brokers brokers, String topic) {
        try (TopicIds ids = new TopicIds(brokers)) {
            return ids.of(topic);
        }
    }

    /**
     * The id of {@code topic} now, as Kafka's tools print it; empty if the brokers give none, as
     * those before 2.8.
     *
     * @throws IllegalStateException if they do not answer, or have no such topic
     */
    @Override
    public synchronized String of(String topic) {
        Admin asked = admin == null ? brokers.admin() : admin;
        admin = asked;
        try {
            Uuid id =
                    Objects.requireNonNull(
                                    asked.describeTopics(List.of(topic))
                                            .allTopicNames()
                                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                            .get(topic))
                            .topicId();
            return id.equals(Uuid.ZERO_UUID) ? "" : id.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(topic, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(topic, e);
        }
    }

    @Override
    public synchronized void close() {
        Admin open = admin;
        admin = null;
        if (open != null) {
            open.close(Duration.ZERO); // nothing is on its way that anybody waits for
        }
    }

    private IllegalStateException failed(String topic, Exception cause) {
        close(); // the brokers' names may mean other machines by the next question
        return new IllegalStateException(
                "the id of topic %s at %s cannot be read; check that the brokers are up and have it"
                        .formatted(topic, brokers),
                cause);
    }
}
