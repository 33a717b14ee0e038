package io.millrace.job;

import io.millrace.admit.RequestRecord;
import io.millrace.chain.SealedPart;
import io.millrace.job.input.InputTopic;
import io.millrace.job.input.StartOffsets;
import io.millrace.job.input.TopicIds;
import io.millrace.job.input.WholeSource;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * All Kafka sources and sinks of the job. With its schemas and journal, the only importer of Kafka
 * in the job.
 */
final class KafkaEndpoints {

    /**
     * With Kafka's default of 500, a few polls of the largest records the topic takes, which is
     * what a source holds at a time, would be gigabytes.
     */
    private static final String MAX_REQUESTS_A_POLL = "32";

    private static final String LOST_BOOKS =
            "restore the topic from a replica or a backup, or rebuild the state from what is left"
                    + " with: jobs/bin/millrace recover, on a cluster as jobs/RUNBOOK.md says";

    private static final String LOST_REQUESTS =
            "nobody was charged for them and nobody has an answer; if they cannot be restored,"
                    + " start with --%s PARTITION:FIRST"
                            .formatted(JobOptions.KAFKA_LOST_REQUESTS.key());

    private static final String NEW_BOOKS =
            "rebuild the state from what is there with: jobs/bin/millrace recover, on a cluster as"
                    + " jobs/RUNBOOK.md says";

    private static final String NEW_REQUESTS =
            "if it is a copy of the old one, each record at its old offset, or if what lies below"
                    + " the offsets in the state may stay unanswered and uncharged, start with"
                    + " --%s %s:ID; jobs/RUNBOOK.md says more"
                            .formatted(JobOptions.KAFKA_TOPIC_IDS.key(), Topics.REQUESTS);

    /** After so long a partition that was added is read; Flink's default is minutes. */
    private static final String DISCOVERY_MILLIS = "10000";

    private static final String BATCH_BYTES = "65536";

    private static final String LEDGER_LINGER_MILLIS = "100";

    private final JobConfig.Kafka config;

    KafkaEndpoints(JobConfig.Kafka config) {
        this.config = config;
    }

    /**
     * Requests with their append time, from the beginning; the job's own state says where it goes
     * on.
     */
    WholeSource<RequestRecord> requests() {
        KafkaSource<RequestRecord> requests =
                KafkaSource.<RequestRecord>builder()
                        .setBootstrapServers(config.brokers().servers())
                        .setTopics(Topics.REQUESTS)
                        .setGroupId(config.transactionPrefix() + "-requests")
                        .setStartingOffsets(start(Topics.REQUESTS))
                        .setDeserializer(new RequestRecordSchema())
                        .setProperties(config.brokers().references())
                        .setProperty("isolation.level", "read_committed")
                        .setProperty("partition.discovery.interval.ms", DISCOVERY_MILLIS)
                        .setProperty("max.poll.records", MAX_REQUESTS_A_POLL)
                        .build();
        return whole(
                requests,
                LOST_REQUESTS,
                partitions(config.lostRequests()),
                topic(Topics.REQUESTS, NEW_REQUESTS));
    }

    /** The job's own charges, once committed: they release reservations. */
    WholeSource<Charge> charges() {
        return committed(Topics.CHARGES, Charge.class);
    }

    /** The epoch log, once committed: what the submitter works through. */
    WholeSource<SealedPart> epochs() {
        return committed(Topics.EPOCHS, SealedPart.class);
    }

    private <T> WholeSource<T> committed(String topic, Class<T> type) {
        KafkaSource<T> records =
                KafkaSource.<T>builder()
                        .setBootstrapServers(config.brokers().servers())
                        .setTopics(topic)
                        .setGroupId(config.transactionPrefix() + "-" + topic)
                        .setStartingOffsets(start(topic))
                        .setDeserializer(new JsonRecordSchema<>(type))
                        .setProperties(config.brokers().references())
                        .setProperty("isolation.level", "read_committed")
                        .setProperty("partition.discovery.interval.ms", DISCOVERY_MILLIS)
                        .build();
        return whole(records, LOST_BOOKS, Map.of(), topic(topic, NEW_BOOKS));
    }

    private <T> WholeSource<T> whole(
            KafkaSource<T> source,
            String remedy,
            Map<TopicPartition, Long> accepted,
            InputTopic topic) {
        return new WholeSource<>(source, config.brokers(), remedy, accepted, topic);
    }

    private InputTopic topic(String name, String remedy) {
        Brokers brokers = config.brokers();
        return new InputTopic(
                name, new TopicIds(brokers), config.topicIds().getOrDefault(name, ""), remedy);
    }

    /** Used only where a source has no state. */
    private StartOffsets start(String topic) {
        Map<TopicPartition, Long> offsets = partitions(config.startOffsets());
        offsets.keySet().removeIf(partition -> !partition.topic().equals(topic));
        return new StartOffsets(offsets);
    }

    private static Map<TopicPartition, Long> partitions(Map<String, Long> offsets) {
        Map<TopicPartition, Long> partitions = new HashMap<>();
        offsets.forEach(
                (name, offset) -> {
                    int dash = name.lastIndexOf('-');
                    partitions.put(
                            new TopicPartition(
                                    name.substring(0, dash),
                                    Integer.parseInt(name.substring(dash + 1))),
                            offset);
                });
        return partitions;
    }

    /** Records that become visible exactly when the checkpoint that contains them is complete. */
    LossRefusingSink exactlyOnce(LedgerSink sink) {
        Properties producer = producer();
        producer.setProperty(
                "transaction.timeout.ms", Long.toString(config.transactionTimeout().toMillis()));
        // Nobody sees a record before its checkpoint, which sends what waits.
        producer.setProperty("linger.ms", LEDGER_LINGER_MILLIS);
        return new LossRefusingSink(
                KafkaSink.<OutboundRecord>builder()
                        .setBootstrapServers(config.brokers().servers())
                        .setKafkaProducerConfig(producer)
                        .setRecordSerializer(new LedgerRecordSchema(sink))
                        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                        .setTransactionalIdPrefix(config.transactionPrefix() + "-" + sink.id())
                        // By default every checkpoint has ids of its own, which brokers keep for
                        // a week each.
                        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                        .build(),
                sink,
                new SinkAdmin(config.brokers()));
    }

    /** Records that are published at once; a replay publishes them again. */
    KafkaSink<OutboundRecord> atLeastOnce() {
        Properties producer = producer();
        // Somebody waits for each. Under load they still go in batches: those that come while the
        // one before is on its way.
        producer.setProperty("linger.ms", "0");
        return KafkaSink.<OutboundRecord>builder()
                .setBootstrapServers(config.brokers().servers())
                .setKafkaProducerConfig(producer)
                .setRecordSerializer(schema())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .build();
    }

    /** Clock records, each into the partition of the request topic that it names. */
    KafkaSink<Long> ticks() {
        return KafkaSink.<Long>builder()
                .setBootstrapServers(config.brokers().servers())
                .setKafkaProducerConfig(producer())
                .setRecordSerializer(tickSchema())
                .setDeliveryGuarantee(DeliveryGuarantee.NONE)
                .build();
    }

    private Properties producer() {
        Properties producer = config.brokers().references();
        producer.setProperty("acks", "all");
        // Not zstd or lz4: every Kafka client reads gzip, kafkajs only that.
        producer.setProperty("compression.type", "gzip");
        // Digits and hashes hardly shrink: the default level takes six times the processor time
        // for a tenth less.
        producer.setProperty("compression.gzip.level", "1");
        // Each batch begins with a new, cleared compressor: the default of 16 KB holds three
        // results.
        producer.setProperty("batch.size", BATCH_BYTES);
        producer.setProperty("max.request.size", Integer.toString(Topics.RESULT_MAX_BYTES));
        return producer;
    }

    private static KafkaRecordSerializationSchema<OutboundRecord> schema() {
        return (record, context, timestamp) ->
                new ProducerRecord<>(record.topic(), record.key(), record.value());
    }

    private static KafkaRecordSerializationSchema<Long> tickSchema() {
        return (partition, context, timestamp) -> {
            RecordHeaders header = new RecordHeaders();
            header.add(Topics.TICK_HEADER, "1".getBytes(StandardCharsets.US_ASCII));
            return new ProducerRecord<>(
                    Topics.REQUESTS, Math.toIntExact(partition), null, null, null, header);
        };
    }
}
