package io.millrace.job.recover;

import io.millrace.job.JobConfig;
import io.millrace.job.Outbound;
import io.millrace.job.OutboundRecord;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes what a ledger lacks in one transaction: all of it becomes visible or nothing, and a
 * recovery that died before is fenced and has published nothing.
 */
final class LedgerPublisher {

    private LedgerPublisher() {}

    /**
     * Returns once everything is committed, and whoever reads what is committed sees it.
     *
     * @param beside evidence and answers that belong to the charges
     */
    static void publish(
            JobConfig.Kafka kafka, LedgerMend.Missing missing, List<OutboundRecord> beside)
            throws IOException {
        try (var producer = producer(kafka)) {
            producer.initTransactions();
            producer.beginTransaction();
            Future<RecordMetadata> last = null;
            for (var charge : missing.charges()) {
                last = send(producer, Outbound.of(charge));
            }
            for (OutboundRecord record : beside) {
                last = send(producer, record);
            }
            for (var receipt : missing.receipts()) {
                last = send(producer, Outbound.of(receipt));
            }
            for (var part : missing.parts()) {
                last = send(producer, Outbound.of(part));
            }
            if (last != null) {
                last.get();
            }
            producer.commitTransaction(); // throws if any of them was not stored
            awaitVisible(kafka);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(kafka, e);
        } catch (ExecutionException | KafkaException e) {
            throw failed(kafka, e);
        }
    }

    /**
     * A commit is answered when the coordinator has noted it. Its markers, without which nobody
     * sees the records, come into the partitions after that; the id is granted anew when all have.
     */
    private static void awaitVisible(JobConfig.Kafka kafka) {
        try (var next = producer(kafka)) {
            next.initTransactions();
        }
    }

    private static Future<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> producer, OutboundRecord record) {
        return producer.send(new ProducerRecord<>(record.topic(), record.key(), record.value()));
    }

    private static KafkaProducer<byte[], byte[]> producer(JobConfig.Kafka kafka) {
        Properties config = kafka.brokers().settings();
        config.setProperty(
                "transactional.id", OpenTransactions.recoveryId(kafka.transactionPrefix()));
        config.setProperty(
                "transaction.timeout.ms", Long.toString(kafka.transactionTimeout().toMillis()));
        config.setProperty("compression.type", "gzip");
        config.setProperty("max.request.size", Integer.toString(8 * 1024 * 1024));
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static IOException failed(JobConfig.Kafka kafka, Exception cause) {
        return new IOException(
                "what the ledger lacks is not certain to be published at %s; check that the brokers are up and run recover again, it publishes nothing twice"
                        .formatted(kafka.brokers()),
                cause);
    }
}
