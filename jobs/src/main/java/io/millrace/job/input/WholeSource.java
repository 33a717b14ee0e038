package io.millrace.job.input;

import static java.util.Objects.requireNonNull;

import io.millrace.job.topic.Brokers;
import io.millrace.metrics.MetricRegistrar;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;

/**
 * A Kafka source that ends the job where records are gone before they were read: aged out behind a
 * closed gate or during a pause, deleted, or cut off. KafkaSource with its usual settings goes on
 * at what is left, and says nothing. Likewise where the topic itself was deleted and created anew:
 * then an offset names another record, and KafkaSource says nothing as long as it has so many.
 * State is that of the source inside, which may be wrapped at any savepoint, and the id of the
 * topic.
 *
 * @param <T> records
 */
public final class WholeSource<T>
        implements Source<T, KafkaPartitionSplit, InputState>, ResultTypeQueryable<T> {

    private static final long serialVersionUID = 1L;

    private final KafkaSource<T> inside;
    private final Brokers brokers;
    private final GapRule rule;
    private final InputTopic topic;

    /**
     * @param inside starts by {@link StartOffsets}
     * @param remedy for a gap, a clause; PARTITION and FIRST in it stand for where it is
     * @param accepted of some partitions, the offset up to which records may be missing
     * @param topic all that it reads
     */
    public WholeSource(
            KafkaSource<T> inside,
            Brokers brokers,
            String remedy,
            Map<TopicPartition, Long> accepted,
            InputTopic topic) {
        this.inside = requireNonNull(inside, "inside is null");
        this.brokers = requireNonNull(brokers, "brokers is null");
        this.rule = new GapRule(remedy, accepted);
        this.topic = requireNonNull(topic, "topic is null");
    }

    @Override
    public SourceReader<T, KafkaPartitionSplit> createReader(SourceReaderContext context)
            throws Exception {
        return new WholeReader<>(
                inside.createReader(context),
                partitions -> Bounds.at(brokers, partitions),
                rule,
                new MetricRegistrar(context.metricGroup()).counter(InputMetrics.LOST_OFFSETS));
    }

    @Override
    public Boundedness getBoundedness() {
        return inside.getBoundedness();
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, InputState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return new WholeEnumerator(inside.createEnumerator(context), context, topic, "");
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, InputState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, InputState state)
            throws Exception {
        return new WholeEnumerator(
                inside.restoreEnumerator(context, state.partitions()),
                context,
                topic,
                state.topicId());
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return inside.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<InputState> getEnumeratorCheckpointSerializer() {
        return new InputStateSerializer();
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return inside.getProducedType();
    }
}
