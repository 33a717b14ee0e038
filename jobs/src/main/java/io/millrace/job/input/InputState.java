package io.millrace.job.input;

import static java.util.Objects.requireNonNull;

import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;

/**
 * What a checkpoint keeps of a source, apart from how far its readers are.
 *
 * @param partitions the connector's own
 * @param topicId of the topic whose offsets they are; empty in states from before it was kept, and
 *     where the brokers give none
 */
public record InputState(KafkaSourceEnumState partitions, String topicId) {

    public InputState {
        requireNonNull(partitions, "partitions is null");
        requireNonNull(topicId, "topicId is null");
    }
}
