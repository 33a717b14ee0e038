package io.millrace.job.recover;

import static java.util.stream.Collectors.joining;

import io.millrace.job.LedgerSink;
import io.millrace.job.topic.Brokers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a lost job left open in Kafka: until it ends nobody can read what was committed behind
 * it. A transaction of a complete checkpoint was promised and is committed, by its producer's id
 * and epoch as a restored sink would do it; of any other the state is gone, so it is aborted.
 */
final class OpenTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 100;
    private static final Set<TransactionState> ENDING =
            Set.of(TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);
    private static final Set<TransactionState> UNFINISHED =
            Set.of(
                    TransactionState.ONGOING,
                    TransactionState.PREPARE_COMMIT,
                    TransactionState.PREPARE_ABORT);

    private final Brokers brokers;
    private final String prefix;
    private final Pattern ours;

    private OpenTransactions(Brokers brokers, String prefix) {
        this.brokers = brokers;
        this.prefix = prefix;
        this.ours = idsOf(prefix);
    }

    /**
     * What was ended.
     *
     * @param committed ids of transactions of complete checkpoints
     * @param aborted ids of all others
     */
    record Ended(List<String> committed, List<String> aborted) {

        /** Copies. */
        Ended {
            committed = List.copyOf(committed);
            aborted = List.copyOf(aborted);
        }
    }

    /** The transactional id of what recovery itself writes. */
    static String recoveryId(String prefix) {
        return prefix + "-recover";
    }

    /**
     * The ids that a job with this prefix can have: what the connector appends to a sink's holds no
     * letters, so those of another job whose prefix merely begins with this one are not among them.
     */
    static Pattern idsOf(String prefix) {
        String sinks = Stream.of(LedgerSink.values()).map(LedgerSink::id).collect(joining("|"));
        return Pattern.compile(
                "%s|%s-(?:(?:%s)-[^\\p{L}]+|submitter-0x[0-9a-f]{40})"
                        .formatted(
                                Pattern.quote(recoveryId(prefix)), Pattern.quote(prefix), sinks));
    }

    /**
     * Ends every open transaction of the job with this {@code prefix}, also those that are just
     * being committed or aborted.
     */
    static Ended end(Brokers brokers, String prefix) throws IOException {
        return new OpenTransactions(brokers, prefix).end();
    }

    /** Waits for those that are being committed or aborted: nothing can change that any more. */
    static void awaitEnding(Brokers brokers, String prefix) throws IOException {
        new OpenTransactions(brokers, prefix).awaitEnding();
    }

    private interface Work<T> {
        T with(Admin admin)
                throws IOException, ExecutionException, InterruptedException, TimeoutException;
    }

    private Ended end() throws IOException {
        return admin(
                admin -> {
                    awaitEnd(admin, ENDING);
                    List<String> open = of(admin, Set.of(TransactionState.ONGOING));
                    List<String> committed = commitPromised(admin, open);
                    List<String> aborted = new ArrayList<>(open);
                    aborted.removeAll(committed);
                    if (!aborted.isEmpty()) {
                        admin.fenceProducers(aborted).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    }
                    awaitEnd(admin, UNFINISHED);
                    return new Ended(committed, aborted);
                });
    }

    private void awaitEnding() throws IOException {
        admin(
                admin -> {
                    awaitEnd(admin, ENDING);
                    return prefix;
                });
    }

    private List<String> commitPromised(Admin admin, List<String> open)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        List<String> committed = new ArrayList<>();
        if (open.isEmpty()) {
            return committed;
        }
        Map<String, TransactionDescription> described =
                admin.describeTransactions(open).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        StoredMarks marks = StoredMarks.read(brokers);
        for (String id : open) {
            TransactionDescription transaction = described.get(id);
            if (transaction != null
                    && transaction.state() == TransactionState.ONGOING
                    && marks.isPromised(transaction.producerId())
                    && commit(id, transaction)) {
                committed.add(id);
            }
        }
        return committed;
    }

    /** False if the broker was faster and has aborted it. */
    private boolean commit(String id, TransactionDescription transaction) {
        Properties config = brokers.settings();
        config.setProperty("key.serializer", ByteArraySerializer.class.getName());
        config.setProperty("value.serializer", ByteArraySerializer.class.getName());
        try (var producer = new FlinkKafkaInternalProducer<byte[], byte[]>(config, id)) {
            producer.resumeTransaction(
                    transaction.producerId(), (short) transaction.producerEpoch());
            producer.commitTransaction();
            return true;
        } catch (InvalidTxnStateException
                | ProducerFencedException
                | InvalidPidMappingException e) {
            LOG.warn(
                    "transaction {} of a complete checkpoint was aborted before it could be"
                            + " committed; what it held is published again",
                    id,
                    e);
            return false;
        }
    }

    private void awaitEnd(Admin admin, Set<TransactionState> states)
            throws ExecutionException, InterruptedException, TimeoutException {
        long giveUpNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<String> ending = of(admin, states);
        while (!ending.isEmpty()) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new TimeoutException("the transactions " + ending + " do not end");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            ending = of(admin, states);
        }
    }

    private List<String> of(Admin admin, Set<TransactionState> states)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.listTransactions().all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                .filter(listing -> states.contains(listing.state()))
                .map(TransactionListing::transactionalId)
                .filter(id -> ours.matcher(id).matches())
                .sorted()
                .toList();
    }

    private <T> T admin(Work<T> work) throws IOException {
        try (Admin admin = brokers.admin()) {
            return work.with(admin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw failed(e);
        }
    }

    private IOException failed(Exception cause) {
        return new IOException(
                ("open transactions %s-* at %s cannot be ended; check that the"
                                + " brokers are up and run it again")
                        .formatted(prefix, brokers),
                cause);
    }
}
