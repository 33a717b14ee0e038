package io.millrace.job;

import io.millrace.job.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records of one exactly-once sink. Every subtask writes every mark, under its own key: compaction
 * keeps the last of each. Also says which topics the sink writes to, since a start looks there for
 * transactions that an earlier run has left open.
 *
 * @param sink that writes them
 */
record LedgerRecordSchema(LedgerSink sink)
        implements KafkaRecordSerializationSchema<OutboundRecord>, KafkaDatasetFacetProvider {

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            OutboundRecord record, KafkaSinkContext context, Long timestamp) {
        byte[] key =
                record.topic().equals(Topics.CHECKPOINTS)
                        ? sink.key(context.getParallelInstanceId()).getBytes(StandardCharsets.UTF_8)
                        : record.key();
        return new ProducerRecord<>(record.topic(), key, record.value());
    }

    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
        return Optional.of(
                new DefaultKafkaDatasetFacet(
                        DefaultKafkaDatasetIdentifier.ofTopics(sink.topics())));
    }
}
