package io.millrace.job.topic;

import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The submitter's journal on the topic {@code settlement.transactions}: each entry is a Kafka
 * transaction of its own, committed before {@link #append} returns. Opening it fences the writer
 * before (KIP-98: same transactional id, higher epoch), so of two submitters only the newer can
 * journal, and what is not journaled is never sent. It also waits for the commit of the entry
 * before, so {@link #history} of a new writer misses nothing. The topic's {@code flush.messages=1}
 * has the broker write each entry to its disk before it answers; the tail that a broker's crash
 * tears is cut off by its own checksums, and was never answered for.
 *
 * <p>Each entry says from where on a start has to read ({@link JournalStamp}), so what it reads is
 * what is not final, however old the journal is. Only one without any stamp is read whole.
 */
public final class KafkaSubmissionJournal implements SubmissionJournal {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSubmissionJournal.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Brokers brokers;
    private final KafkaProducer<byte[], byte[]> producer;

    /** As far as this writer knows: what it read, and what it wrote since. */
    private SubmissionHistory written = new SubmissionHistory();

    private boolean isRead;

    private KafkaSubmissionJournal(Brokers brokers, KafkaProducer<byte[], byte[]> producer) {
        this.brokers = brokers;
        this.producer = producer;
    }

    /**
     * A factory that can travel to the TaskManager; {@code vault} names the one submitter that may
     * write.
     */
    public static Factory factory(Brokers brokers, String transactionPrefix, String vault) {
        String transactionalId = transactionPrefix + "-submitter-" + vault;
        return () -> open(brokers, transactionalId);
    }

    private static SubmissionJournal open(Brokers brokers, String transactionalId)
            throws IOException {
        Properties config = brokers.settings();
        config.setProperty("transactional.id", transactionalId);
        config.setProperty("acks", "all");
        config.setProperty("max.block.ms", Long.toString(PATIENCE.toMillis()));
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
            return new KafkaSubmissionJournal(brokers, producer);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw new IOException(
                    ("topic %s at %s cannot be opened for writing; without it no"
                                    + " transaction is sent, check that the brokers are up")
                            .formatted(Topics.TRANSACTIONS, brokers),
                    e);
        }
    }

    @Override
    public void append(SettlementRecord entry) throws IOException {
        try {
            producer.beginTransaction();
            Future<RecordMetadata> sent =
                    producer.send(
                            written.firstNeeded()
                                    .map(first -> JournalStamp.of(first).on(entry))
                                    .orElseGet(() -> JournalStamp.unstamped(entry)));
            producer.commitTransaction();
            long offset = sent.get().offset();
            if (isRead) { // else what came before is not known, nor what of it is needed
                written.add(entry, offset);
            }
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
    public SubmissionHistory history() throws IOException, SettlementHaltedException {
        SubmissionHistory history = new SubmissionHistory();
        SubmissionHistory kept = new SubmissionHistory();
        try (JournalScan scan = new JournalScan(brokers, PATIENCE)) {
            scan.read(
                    (entry, offset) -> {
                        history.add(entry, offset);
                        kept.add(entry, offset);
                    });
            LOG.info(
                    "{} entries of {} are read, from offset {} on",
                    history.entries(),
                    Topics.TRANSACTIONS,
                    scan.from());
        } catch (JournalScan.DamagedEntryException e) {
            throw damaged(e.offset, e.what, e);
        } catch (KafkaException e) {
            throw new IOException(
                    "topic " + Topics.TRANSACTIONS + " at " + brokers + " cannot be read", e);
        }
        requireIntact(history);
        written = kept;
        isRead = true;
        return history;
    }

    /**
     * Kafka checks its own checksums; this finds what was wrong when it was written, or by whom. An
     * entry counts only while its part is not final, or its nonce is the floor of those to come.
     */
    private static void requireIntact(SubmissionHistory history) throws SettlementHaltedException {
        for (SubmissionHistory.Placed placed : history.needed()) {
            String damage = placed.entry().damage();
            if (damage != null) {
                throw damaged(
                        placed.position(),
                        "names " + placed.entry().transaction() + " but " + damage,
                        null);
            }
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
