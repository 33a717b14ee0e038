package io.millrace.job.topic;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One topic, and what its role needs of Kafka.
 *
 * @param name of the topic
 * @param holds what its records are
 * @param partitions how many it may have
 * @param settings in the order in which they are shown and compared
 */
public record Topic(String name, String holds, Partitions partitions, List<TopicSetting> settings) {

    /** How many partitions a topic may have. */
    public enum Partitions {
        /** Any number. */
        ANY,
        /** At least one for each subtask that reads it. */
        ONE_A_READER,
        /** One: the order of its records counts. */
        ONE
    }

    public Topic {
        requireNonNull(name, "name is null");
        requireNonNull(holds, "holds is null");
        requireNonNull(partitions, "partitions is null");
        settings = List.copyOf(settings);
    }
}
