package io.millrace.local.chaos;

import io.millrace.admit.RequestPlace;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Totals;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Follows the committed records of a stack in a thread of its own, through whatever happens to the
 * broker. What it knows is guarded by its monitor.
 */
final class TopicWatch implements AutoCloseable {

    private static final List<String> TOPICS =
            Stream.concat(Totals.TOPICS.stream(), Stream.of(Topics.EVIDENCE)).toList();
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final Feed feed;
    private final Totals totals = new Totals();
    private final Ends ends = new Ends();
    private final EvidenceCount evidence = new EvidenceCount();
    private final Thread thread = new Thread(this::follow, "topic-watch");
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    private volatile boolean closed;

    /** Follows {@code feed} from now on, and closes it. */
    TopicWatch(Feed feed) {
        this.feed = feed;
        thread.setDaemon(true);
        thread.start();
    }

    /** Of the topics at {@code bootstrapServers}, from their beginning. */
    static TopicWatch of(String bootstrapServers) {
        return new TopicWatch(new GrowingFeed(bootstrapServers, TOPICS));
    }

    /** Charges that are committed. */
    synchronized long charges() {
        requireHealthy();
        return totals.charges();
    }

    /** A line on where things stand. */
    synchronized String line() {
        return "charges %d  refused %d  epochs settled %d  pending %d nano-USD"
                .formatted(
                        totals.charges(),
                        totals.rejected(),
                        totals.epochs().size(),
                        totals.pendingNano());
    }

    /** What is not done yet of {@code expected} and its settlement; empty when all is. */
    synchronized String missing(List<Expected> expected) {
        requireHealthy();
        int open = ends.open(expected);
        if (open > 0) {
            return open + " requests neither charged nor refused";
        }
        int undefended = evidence.missing();
        if (undefended > 0) {
            return undefended + " charges without evidence";
        }
        long unsealed = totals.charges() - totals.receipts();
        if (unsealed != 0) {
            return unsealed + " charges in no epoch";
        }
        int unsettled = totals.unsettledEpochs();
        return unsettled == 0 ? "" : unsettled + " epochs not final on chain";
    }

    /** Holds what happened against what had to. */
    synchronized Ends.Count count(List<Expected> expected, Set<RequestPlace> neverCommitted) {
        requireHealthy();
        return ends.count(expected, neverCommitted);
    }

    /** How it stands with what was signed for the charges. */
    synchronized EvidenceCount.Found evidence() {
        requireHealthy();
        return evidence.found();
    }

    /** Charged and in no epoch that is final on chain, nano-USD. */
    synchronized long pendingNano() {
        return totals.pendingNano();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try (feed) {
            while (!closed) {
                feed.poll(
                        record -> {
                            synchronized (this) {
                                if (!record.topic().equals(Topics.EVIDENCE)) {
                                    totals.add(record);
                                }
                                ends.add(record);
                                evidence.add(record);
                            }
                        });
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (Exception e) { // reported to who asks next
            failure.set(e);
        }
    }

    private void requireHealthy() {
        Exception thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("the topics cannot be followed", thrown);
        }
    }
}
