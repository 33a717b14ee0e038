package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.job.JobConfig;
import io.millrace.job.ResultsMode;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.HidingTransaction;
import io.millrace.job.topic.TopicEnds;
import io.millrace.job.topic.Topics;
import io.millrace.settle.LedgerTail.Ends;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Sees to it that all of a ledger is read, and not only what lies before a transaction that has not
 * ended: a stranger's, or one that hangs because its coordinator has forgotten it. From half a
 * ledger charges would be published a second time that are only hidden.
 */
final class VisibleLedger {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ASK_SECONDS = 60;
    private static final long POLL_MILLIS = 200;

    private final Brokers brokers;
    private final List<String> topics;
    private final Duration patience;
    private final Consumer<String> says;

    /**
     * @param patience with a transaction that may be about to end
     * @param says gets a line if that has to be awaited
     */
    VisibleLedger(JobConfig config, Duration patience, Consumer<String> says) {
        this.brokers = config.kafka().brokers();
        this.topics = topics(config.results());
        this.patience = patience;
        this.says = says;
    }

    static VisibleLedger of(JobConfig config, Consumer<String> says) {
        return new VisibleLedger(config, PATIENCE, says);
    }

    /** All from which recovery concludes that something was not committed. */
    private static List<String> topics(ResultsMode results) {
        List<String> topics =
                new ArrayList<>(
                        List.of(
                                Topics.CHARGES,
                                Topics.RECEIPTS,
                                Topics.EPOCHS,
                                Topics.CHECKPOINTS,
                                Topics.REJECTIONS,
                                Topics.EVIDENCE,
                                Topics.TRANSACTIONS));
        if (results == ResultsMode.COMMITTED) {
            topics.add(Topics.RESULTS);
        }
        return topics;
    }

    /**
     * Waits until everything that is written is visible.
     *
     * @return where each partition ends
     * @throws RecoverException naming what hides the rest
     */
    Map<TopicPartition, Long> require() throws IOException {
        try (Admin admin = brokers.admin()) {
            return visible(admin);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw failed(e);
        }
    }

    /**
     * The same, once the ledger is read.
     *
     * @param ends from before
     * @throws RecoverException if anyone has written it meanwhile
     */
    void requireUnchanged(Map<TopicPartition, Long> ends) throws IOException {
        require()
                .forEach(
                        (partition, end) -> {
                            Long before = ends.get(partition);
                            if (!end.equals(before)) {
                                throw new RecoverException(
                                        """
                                        %s has grown from offset %d to %d while it was read, so \
                                        somebody still writes this ledger; nothing is published, \
                                        stop the job and run recover again\
                                        """
                                                .formatted(partition, before, end));
                            }
                        });
    }

    private Map<TopicPartition, Long> visible(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        long giveUpNanos = System.nanoTime() + patience.toNanos();
        for (boolean first = true; ; first = false) {
            Map<TopicPartition, Ends> ends =
                    TopicEnds.of(admin, topics).get(ASK_SECONDS, TimeUnit.SECONDS);
            Optional<TopicPartition> hidden = hidden(ends);
            if (hidden.isEmpty()) {
                Map<TopicPartition, Long> written = new HashMap<>();
                ends.forEach((partition, end) -> written.put(partition, end.written()));
                return written;
            }
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new RecoverException(
                        """
                        %s; nothing is rebuilt or published while a part of the ledger is not \
                        seen, run recover again afterwards\
                        """
                                .formatted(said(admin, hidden.get(), ends)));
            }
            if (first) {
                says.accept(
                        "waiting %d s at most: %s"
                                .formatted(patience.toSeconds(), said(admin, hidden.get(), ends)));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static Optional<TopicPartition> hidden(Map<TopicPartition, Ends> ends) {
        return ends.entrySet().stream()
                .filter(entry -> entry.getValue().visible() < entry.getValue().written())
                .map(Map.Entry::getKey)
                .min(Comparator.comparing(TopicPartition::toString));
    }

    private static String said(
            Admin admin, TopicPartition partition, Map<TopicPartition, Ends> ends)
            throws InterruptedException {
        return HidingTransaction.describe(
                admin, partition, requireNonNull(ends.get(partition)).visible());
    }

    private IOException failed(Exception cause) {
        return new IOException(
                "the ends of topics %s at %s cannot be read; check that the brokers are up and run it again"
                        .formatted(topics, brokers),
                cause);
    }
}
