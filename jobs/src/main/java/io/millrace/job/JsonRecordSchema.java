package io.millrace.job;

import io.millrace.job.topic.JsonCodec;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads back what this job wrote. Anything else in those topics stops the job: money flows from
 * them.
 */
final class JsonRecordSchema<T> implements KafkaRecordDeserializationSchema<T> {

    private static final long serialVersionUID = 1L;

    private final Class<T> type;

    JsonRecordSchema(Class<T> type) {
        this.type = type;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<T> out)
            throws IOException {
        try {
            out.collect(JsonCodec.decode(record.value(), type));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    ("record %s-%d@%d is no %s of this job; only the job may write"
                                    + " to this topic, remove the foreign writer and restore the"
                                    + " topic")
                            .formatted(
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    type.getSimpleName()),
                    e);
        }
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return TypeInformation.of(type);
    }
}
