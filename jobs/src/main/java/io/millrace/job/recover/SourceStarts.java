package io.millrace.job.recover;

import io.millrace.chain.event.VaultEventSource;
import io.millrace.job.Uids;
import io.millrace.job.input.InputState;
import io.millrace.job.input.InputStateSerializer;
import io.millrace.job.input.TopicIds;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topics;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.source.coordinator.SourceCoordinatorSerdeUtils;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the job's sources go on from a state that was rebuilt, as their own coordinators keep it:
 * every partition still to be handed out, from its offset on. So they begin there whatever options
 * the job is started with.
 *
 * @param offsets by name of the partition, as in inference.requests-0
 * @param topicIds of the topics that they are in
 * @param block of the L2, the first whose events the rebuilt state does not contain
 */
record SourceStarts(Map<String, Long> offsets, Map<String, String> topicIds, long block) {

    /** By uid of the source, the topic that it reads. */
    private static final Map<String, String> TOPICS =
            Map.of(
                    Uids.REQUESTS, Topics.REQUESTS,
                    Uids.CHARGES_BACK, Topics.CHARGES,
                    Uids.EPOCHS_BACK, Topics.EPOCHS);

    /** Copies. */
    SourceStarts {
        offsets = Map.copyOf(offsets);
        topicIds = Map.copyOf(topicIds);
    }

    /** In the topics as they are now. */
    static SourceStarts at(Map<String, Long> offsets, long block, Brokers brokers) {
        Map<String, String> topicIds = new LinkedHashMap<>();
        for (String topic : TOPICS.values()) {
            topicIds.put(topic, TopicIds.at(brokers, topic));
        }
        return new SourceStarts(offsets, topicIds, block);
    }

    /** The states of all these sources, for a savepoint. */
    List<OperatorState> states(int maxParallelism) throws IOException {
        List<OperatorState> states = new ArrayList<>();
        for (Map.Entry<String, byte[]> source : coordinators().entrySet()) {
            String uid = source.getKey();
            OperatorState state =
                    new OperatorState(
                            uid,
                            uid,
                            OperatorIdentifier.forUid(uid).getOperatorId(),
                            1,
                            maxParallelism);
            state.setCoordinatorState(new ByteStreamStateHandle(uid, source.getValue()));
            states.add(state);
        }
        return states;
    }

    /** What each coordinator would have in a checkpoint, by uid of its source. */
    private Map<String, byte[]> coordinators() throws IOException {
        Map<String, byte[]> states = new LinkedHashMap<>();
        for (Map.Entry<String, String> source : TOPICS.entrySet()) {
            states.put(
                    source.getKey(),
                    inCoordinatorsForm(
                            SimpleVersionedSerialization.writeVersionAndSerialize(
                                    new InputStateSerializer(), stateOf(source.getValue()))));
        }
        states.put(Uids.VAULT_EVENTS, inCoordinatorsForm(VaultEventSource.stateAt(block)));
        return states;
    }

    private InputState stateOf(String topic) {
        return new InputState(
                new KafkaSourceEnumState(List.of(), splits(topic), true),
                topicIds.getOrDefault(topic, ""));
    }

    private List<KafkaPartitionSplit> splits(String topic) {
        List<KafkaPartitionSplit> splits = new ArrayList<>();
        offsets.forEach(
                (partition, offset) -> {
                    int dash = partition.lastIndexOf('-');
                    if (partition.substring(0, dash).equals(topic)) {
                        splits.add(
                                new KafkaPartitionSplit(
                                        new TopicPartition(
                                                topic,
                                                Integer.parseInt(partition.substring(dash + 1))),
                                        offset));
                    }
                });
        return splits;
    }

    /** See SourceCoordinator.writeCheckpointBytes: a version, then the enumerator's own state. */
    private static byte[] inCoordinatorsForm(byte[] enumerator) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(SourceCoordinatorSerdeUtils.VERSION_1);
            out.write(enumerator);
        }
        return bytes.toByteArray();
    }
}
