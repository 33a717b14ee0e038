package io.millrace.job.topic;

import io.millrace.chain.SealedPart;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.LedgerLog;
import io.millrace.settle.LedgerTail;
import io.millrace.settle.LedgerTail.Ends;
import io.millrace.settle.SentMark;
import io.millrace.settle.marks.MarkLog;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The end of the ledger's topics, committed records only. */
public final class KafkaLedgerLog implements LedgerLog {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition CHECKPOINTS = new TopicPartition(Topics.CHECKPOINTS, 0);
    private static final List<TopicPartition> LEDGER =
            List.of(CHECKPOINTS, new TopicPartition(Topics.EPOCHS, 0));

    private final Brokers brokers;
    private final Duration patience;

    /**
     * @param patience with transactions that are still open, and with brokers
     */
    KafkaLedgerLog(Brokers brokers, Duration patience) {
        this.brokers = brokers;
        this.patience = patience;
    }

    /**
     * A factory that can travel to the TaskManager.
     *
     * @param transactionTimeout after which the brokers abort what is not committed
     */
    public static Factory factory(Brokers brokers, Duration transactionTimeout) {
        return new At(brokers, transactionTimeout);
    }

    private record At(Brokers brokers, Duration transactionTimeout) implements Factory {

        @Override
        public LedgerLog open() {
            return new KafkaLedgerLog(brokers, PATIENCE);
        }

        @Override
        public LedgerTail openTail() {
            return new KafkaLedgerTail(brokers);
        }

        @Override
        public MarkLog openMarks() throws IOException {
            return KafkaMarkLog.open(brokers, transactionTimeout);
        }
    }

    @Override
    public Recorded read(SentMark awaited) throws IOException {
        try (LogReader committed = LogReader.ofCommitted(brokers, PATIENCE);
                LogReader all = new LogReader(brokers, IsolationLevel.READ_UNCOMMITTED, PATIENCE)) {
            long giveUpNanos = System.nanoTime() + patience.toNanos();
            while (true) {
                // Asked first: if none is open, all that can become visible is read after it. If
                // one is, another sink's newer marks may lie behind it, committed and not visible.
                boolean open = isTransactionOpen(committed, all);
                Recorded recorded = read(committed, awaited);
                if (!open) {
                    return recorded;
                }
                if (System.nanoTime() - giveUpNanos > 0) {
                    throw new IOException(
                            """
                            a transaction of the ledger is still open after %d s, so what is \
                            committed behind it is not known yet: neither whether %s is whole, nor \
                            whether it is the newest; the start is tried again, and the brokers end \
                            the transaction once it is older than its time-out, unless it hangs: %s\
                            """
                                    .formatted(
                                            patience.toSeconds(), awaited.mark(), hidden(brokers)));
                }
                committed.poll(mark -> {}); // waits: the last record has been read
            }
        } catch (KafkaException e) {
            throw new IOException(
                    "the end of the epoch log at "
                            + brokers
                            + " cannot be read; check that the brokers are up",
                    e);
        }
    }

    /** Whether records lie behind the last stable offset, which is where committed reading ends. */
    private static boolean isTransactionOpen(LogReader committed, LogReader all) {
        return !all.ends(LEDGER).equals(committed.ends(LEDGER));
    }

    /** Whose it is, in each partition that it hides. */
    private static String hidden(Brokers brokers) {
        try (Admin admin = brokers.admin()) {
            Map<TopicPartition, Ends> ends =
                    TopicEnds.of(admin, LEDGER.stream().map(TopicPartition::topic).toList())
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            List<String> hidden = new ArrayList<>();
            for (TopicPartition partition : LEDGER) {
                Ends end = ends.get(partition);
                if (end != null && end.visible() < end.written()) {
                    hidden.add(HidingTransaction.describe(admin, partition, end.visible()));
                }
            }
            return hidden.isEmpty() ? "it has just ended" : String.join("; ", hidden);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "whose it is was not asked";
        } catch (ExecutionException | TimeoutException e) {
            return "whose it is the brokers do not tell (%s)".formatted(e.getMessage());
        }
    }

    private static Recorded read(LogReader committed, SentMark awaited) throws IOException {
        Optional<SealedPart> part = KafkaEpochLog.newest(committed);
        return new Recorded(
                marks(committed, awaited.sinks()),
                part.map(newest -> newest.header().epoch()).orElse(0L),
                part.map(SealedPart::hash).orElse(Hex.ZERO_32));
    }

    /**
     * The last of each sink: of those named, and of all that marked the newest checkpoint. The
     * marks of one checkpoint mostly lie behind all of the one before, but one that has failed
     * leaves its marks with the next, and a sink's may be far back when it has written none since.
     */
    private static Map<String, CheckpointMark> marks(LogReader committed, List<String> sinks)
            throws IOException {
        return lastOfEach(
                committed.tail(
                        CHECKPOINTS,
                        records ->
                                isOfTwoCheckpoints(records)
                                        && lastOfEach(records).keySet().containsAll(sinks)));
    }

    private static Map<String, CheckpointMark> lastOfEach(
            List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
        Map<String, CheckpointMark> marks = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            marks.put(new String(record.key(), StandardCharsets.UTF_8), decoded(record));
        }
        return marks;
    }

    private static boolean isOfTwoCheckpoints(List<ConsumerRecord<byte[], byte[]>> records)
            throws IOException {
        Set<Long> checkpoints = new HashSet<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            checkpoints.add(decoded(record).checkpoint());
        }
        return checkpoints.size() > 1;
    }

    private static CheckpointMark decoded(ConsumerRecord<byte[], byte[]> record)
            throws IOException {
        return JsonCodec.decode(record.value(), CheckpointMark.class);
    }
}
