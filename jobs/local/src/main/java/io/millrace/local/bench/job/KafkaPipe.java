package io.millrace.local.bench.job;

import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Both ends of a plain job: values of one topic in, values of another out, at least once, with
 * settings as Flink's own examples have them. All names, of threads too, begin with {@code name}.
 *
 * @param name of the job
 * @param servers of Kafka
 * @param in topic to read from its beginning
 * @param out topic to write
 * @param parallelism of both ends
 */
public record KafkaPipe(String name, String servers, String in, String out, int parallelism) {

    /** Passes values on as they are. */
    public void passThrough(StreamExecutionEnvironment env) {
        write(read(env));
    }

    /** What the topic holds. */
    public DataStream<byte[]> read(StreamExecutionEnvironment env) {
        KafkaSource<byte[]> source =
                KafkaSource.<byte[]>builder()
                        .setBootstrapServers(servers)
                        .setTopics(in)
                        .setGroupId(name)
                        .setClientIdPrefix(name)
                        .setStartingOffsets(OffsetsInitializer.earliest())
                        .setValueOnlyDeserializer(new Bytes())
                        .build();
        String step = name + "-in";
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), step)
                .setParallelism(parallelism)
                .uid(step)
                .name(step);
    }

    /** Writes {@code values}. */
    public void write(DataStream<byte[]> values) {
        Properties producer = new Properties();
        producer.putAll(Map.of("acks", "all", "client.id", name));
        KafkaSink<byte[]> sink =
                KafkaSink.<byte[]>builder()
                        .setBootstrapServers(servers)
                        .setKafkaProducerConfig(producer)
                        .setRecordSerializer(schema(out))
                        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                        .build();
        String step = name + "-out";
        values.sinkTo(sink).setParallelism(parallelism).uid(step).name(step);
    }

    private static KafkaRecordSerializationSchema<byte[]> schema(String topic) {
        return (value, context, timestamp) -> new ProducerRecord<>(topic, value);
    }

    private static final class Bytes extends AbstractDeserializationSchema<byte[]> {

        private static final long serialVersionUID = 1L;

        @Override
        public byte[] deserialize(byte[] message) throws IOException {
            return message;
        }
    }
}
