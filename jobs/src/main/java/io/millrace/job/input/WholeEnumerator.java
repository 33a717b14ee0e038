package io.millrace.job.input;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the topic is the one that was read before, at the start and then every {@value
 * #LOOK_MILLIS} ms. Everything but that is the enumerator inside. Called by the coordinator's
 * thread.
 */
final class WholeEnumerator implements SplitEnumerator<KafkaPartitionSplit, InputState> {

    private static final long LOOK_MILLIS = 10_000;

    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> inside;
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final InputTopic topic;
    private String topicId;

    /**
     * @param restored id of the topic that the state is of, empty if it names none
     */
    WholeEnumerator(
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> inside,
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            InputTopic topic,
            String restored) {
        this.inside = inside;
        this.context = context;
        this.topic = topic;
        this.topicId = restored;
    }

    /** Before the first partition is handed out: no checkpoint may know offsets without an id. */
    @Override
    public void start() {
        topicId = topic.require(topicId, topic.id());
        inside.start();
        context.callAsync(topic::id, this::look, LOOK_MILLIS, LOOK_MILLIS);
    }

    private void look(String found, @Nullable Throwable failure) {
        if (failure == null) { // else the readers notice, or the next look does
            topicId = topic.require(topicId, found);
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        inside.handleSplitRequest(subtask, host);
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        inside.addSplitsBack(splits, subtask);
    }

    @Override
    public void addReader(int subtask) {
        inside.addReader(subtask);
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        inside.handleSourceEvent(subtask, event);
    }

    @Override
    public InputState snapshotState(long checkpointId) throws Exception {
        return new InputState(inside.snapshotState(checkpointId), topicId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        inside.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        inside.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws IOException {
        try (topic) {
            inside.close();
        }
    }
}
