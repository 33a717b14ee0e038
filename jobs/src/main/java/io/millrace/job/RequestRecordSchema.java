package io.millrace.job;

import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.job.topic.Topics;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes a request as it lies in Kafka: nothing is decoded here, so nothing can fail here. */
public final class RequestRecordSchema implements KafkaRecordDeserializationSchema<RequestRecord> {

    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RequestRecord> out) {
        out.collect(of(record));
    }

    /** A record of the request topic. */
    public static RequestRecord of(ConsumerRecord<byte[], byte[]> record) {
        boolean tick =
                record.value() == null && record.headers().lastHeader(Topics.TICK_HEADER) != null;
        return new RequestRecord(
                new RequestPlace(record.partition(), record.offset()),
                record.timestamp(),
                tick,
                record.value());
    }

    @Override
    public TypeInformation<RequestRecord> getProducedType() {
        return TypeInformation.of(RequestRecord.class);
    }
}
