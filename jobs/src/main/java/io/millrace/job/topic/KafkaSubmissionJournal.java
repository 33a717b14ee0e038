package io.millrace.job.topic;

import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The submitter's journal on the topic {@code settlement.transactions}: each entry is a Kafka
 * transaction of its own, committed before {@link #append} returns. Opening it fences the writer
 * before (KIP-98: same transactional id, higher epoch), so of two submitters only the newer can
 * journal, and what is not journaled is never sent. It also waits for the commit of the entry
 * before, so {@link #readAll} of a new writer misses nothing. The topic's {@code flush.messages=1}
 * has the broker write each entry to its disk before it answers; the tail that a broker's crash
 * tears is cut off by its own checksums, and was never answered for.
 */
public final class KafkaSubmissionJournal implements SubmissionJournal {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<TopicPartition> ONLY =
            List.of(new TopicPartition(Topics.TRANSACTIONS, 0));

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;

    private KafkaSubmissionJournal(
            String bootstrapServers, KafkaProducer<byte[], byte[]> producer) {
        this.bootstrapServers = bootstrapServers;
        this.producer = producer;
    }

    /**
     * A factory that can travel to the TaskManager; {@code vault} names the one submitter that may
     * write.
     */
    public static Factory factory(String bootstrapServers, String transactionPrefix, String vault) {
        String transactionalId = transactionPrefix + "-submitter-" + vault;
        return () -> open(bootstrapServers, transactionalId);
    }

    private static SubmissionJournal open(String servers, String transactionalId)
            throws IOException {
        Properties config = new Properties();
        config.setProperty("bootstrap.servers", servers);
        config.setProperty("transactional.id", transactionalId);
        config.setProperty("acks", "all");
        config.setProperty("max.block.ms", Long.toString(PATIENCE.toMillis()));
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
            return new KafkaSubmissionJournal(servers, producer);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw new IOException(
                    ("topic %s at %s cannot be opened for writing; without it no"
                                    + " transaction is sent, check that the brokers are up")
                            .formatted(Topics.TRANSACTIONS, servers),
                    e);
        }
    }

    @Override
    public void append(SettlementRecord entry) throws IOException {
        byte[] key = (entry.epoch() + "/" + entry.part()).getBytes(StandardCharsets.UTF_8);
        try {
            producer.beginTransaction();
            Future<RecordMetadata> sent =
                    producer.send(
                            new ProducerRecord<>(
                                    Topics.TRANSACTIONS, key, JsonCodec.encode(entry)));
            producer.commitTransaction();
            sent.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw uncertain(entry, e);
        } catch (ExecutionException | KafkaException e) {
            throw uncertain(entry, e);
        }
    }

    private static IOException uncertain(SettlementRecord entry, Exception cause) {
        return new IOException(
                ("journal entry %s of epoch %d part %d is not certain to be"
                                + " stored, so its transaction is not sent; if another job holds"
                                + " this vault's submitter, stop one of them")
                        .formatted(entry.state(), entry.epoch(), entry.part()),
                cause);
    }

    @Override
    public List<SettlementRecord> readAll() throws IOException, SettlementHaltedException {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (LogReader log = LogReader.ofCommitted(bootstrapServers, PATIENCE)) {
            log.rewind(ONLY);
            log.readTo(log.ends(ONLY), records::add);
        } catch (KafkaException e) {
            throw new IOException(
                    "topic " + Topics.TRANSACTIONS + " at " + bootstrapServers + " cannot be read",
                    e);
        }
        List<SettlementRecord> entries = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            entries.add(requireIntact(record));
        }
        return entries;
    }

    /**
     * Kafka checks its own checksums; this finds what was wrong when it was written, or by whom.
     */
    private static SettlementRecord requireIntact(ConsumerRecord<byte[], byte[]> record)
            throws SettlementHaltedException {
        try {
            SettlementRecord entry = JsonCodec.decode(record.value(), SettlementRecord.class);
            String damage = entry.damage();
            if (damage == null) {
                return entry;
            }
            throw damaged(record.offset(), "names " + entry.transaction() + " but " + damage, null);
        } catch (IOException e) {
            throw damaged(record.offset(), "is no entry", e);
        }
    }

    private static SettlementHaltedException damaged(
            long offset, String what, @Nullable Exception cause) {
        return new SettlementHaltedException(
                SettlementHaltedException.Reason.JOURNAL_DAMAGED,
                ("the record at offset %d of topic %s %s; find out who writes to"
                                + " the topic, then bring it back from a replica, or re-create it"
                                + " empty once every epoch of the log is final in the vault")
                        .formatted(offset, Topics.TRANSACTIONS, what),
                cause);
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
    }
}
