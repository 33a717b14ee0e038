package io.millrace.job.input;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts each partition where its records go on without a gap, and turns a position that has gone
 * meanwhile into an error that says so. Everything but that is the reader inside. Called by the
 * task's thread.
 */
@SuppressWarnings("try") // close() is Flink's and may be interrupted
final class WholeReader<T> implements SourceReader<T, KafkaPartitionSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(WholeReader.class);

    private final SourceReader<T, KafkaPartitionSplit> inside;
    private final Bounds.Lookup bounds;
    private final GapRule rule;
    private final Counter lostOffsets;

    WholeReader(
            SourceReader<T, KafkaPartitionSplit> inside,
            Bounds.Lookup bounds,
            GapRule rule,
            Counter lostOffsets) {
        this.inside = inside;
        this.bounds = bounds;
        this.rule = rule;
        this.lostOffsets = lostOffsets;
    }

    @Override
    public void start() {
        inside.start();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
        try {
            return inside.pollNext(output);
        } catch (RuntimeException e) {
            OffsetOutOfRangeException gone =
                    ExceptionUtils.findThrowable(e, OffsetOutOfRangeException.class).orElse(null);
            if (gone != null) {
                requireAccepted(gone);
            }
            throw e; // an accepted gap is passed over as the reader starts again
        }
    }

    private void requireAccepted(OffsetOutOfRangeException gone) {
        Map<TopicPartition, Long> wanted = gone.offsetOutOfRangePartitions();
        Map<TopicPartition, Bounds> held = bounds.of(wanted.keySet());
        wanted.forEach(
                (partition, offset) -> {
                    Bounds there = held.get(partition);
                    if (there != null && rule.start(partition, offset, there) == offset) {
                        throw rule.gap(partition, offset, there); // cut off and written anew
                    }
                });
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        return inside.snapshotState(checkpointId);
    }

    /**
     * Also fixes where a partition begins that is to be read from its beginning: until its first
     * record is emitted, the state would else say "beginning", wherever that is by then.
     */
    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        Map<TopicPartition, Bounds> held =
                bounds.of(splits.stream().map(KafkaPartitionSplit::getTopicPartition).toList());
        List<KafkaPartitionSplit> whole = new ArrayList<>();
        for (KafkaPartitionSplit split : splits) {
            Bounds there = held.get(split.getTopicPartition());
            whole.add(there == null ? split : startOf(split, there));
        }
        inside.addSplits(whole);
    }

    private KafkaPartitionSplit startOf(KafkaPartitionSplit split, Bounds held) {
        TopicPartition partition = split.getTopicPartition();
        long wanted = split.getStartingOffset();
        long start = rule.start(partition, wanted, held);
        if (wanted >= 0 && start > wanted) {
            lostOffsets.inc(start - wanted);
            LOG.warn(
                    "offsets {} to {} of {} were gone before they were read; going on behind them,"
                            + " as accepted by option",
                    wanted,
                    start - 1,
                    partition);
        }
        return new KafkaPartitionSplit(partition, start);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return inside.isAvailable();
    }

    @Override
    public void notifyNoMoreSplits() {
        inside.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        inside.handleSourceEvents(event);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
        inside.pauseOrResumeSplits(pause, resume);
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
    public void close() throws Exception {
        inside.close();
    }
}
