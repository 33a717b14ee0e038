package io.millrace.chain.submit;

import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.UnsettledParts.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that talks to the chain for the submitter. It owns the {@link EpochSubmitter}, its
 * client and its journal, and reads parts of the log again; the others only put orders into the
 * queue. It ends by {@link #stop} or by a halt, which it reports once.
 */
final class SubmitterThread {

    private static final Logger LOG = LoggerFactory.getLogger(SubmitterThread.class);
    private static final long JOIN_MILLIS = 10_000;
    private static final long READ_AGAIN_MILLIS = 1_000;

    private final EpochSubmitter submitter;
    private final StoredEpochs log;
    private final Listener listener;
    private final BlockingQueue<Order> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable Reading unread;
    private boolean readingFailed;
    private volatile boolean closed;

    private sealed interface Order {
        record Settle(LoggedPart part) implements Order {}

        record Read(Reading reading) implements Order {}
    }

    /**
     * Hears what came of it, on this thread.
     *
     * @param read what was asked for with {@link #read}
     * @param halted once, the end
     */
    record Listener(Consumer<List<LoggedPart>> read, Consumer<Exception> halted) {}

    SubmitterThread(EpochSubmitter submitter, StoredEpochs log, Listener listener) {
        this.submitter = submitter;
        this.log = log;
        this.listener = listener;
        this.thread = new Thread(this::run, "epoch-submitter");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks; how many may be under way is the caller's to bound. */
    void add(LoggedPart part) {
        queue.add(new Order.Settle(part));
    }

    /** Never blocks; the parts come to the listener as soon as the log can be read. */
    void read(Reading reading) {
        queue.add(new Order.Read(reading));
    }

    private void run() {
        try {
            List<Order> orders = new ArrayList<>();
            while (!closed) {
                for (Order order : orders) {
                    if (order instanceof Order.Settle settle) {
                        submitter.add(settle.part().part(), settle.part().loggedMillis());
                    } else if (order instanceof Order.Read read) {
                        unread = read.reading();
                    }
                }
                readAgain();
                long wait = submitter.step();
                orders.clear();
                Order next =
                        queue.poll(
                                unread == null ? wait : Math.min(wait, READ_AGAIN_MILLIS),
                                TimeUnit.MILLISECONDS);
                if (next != null) {
                    orders.add(next);
                    queue.drainTo(orders);
                }
            }
        } catch (InterruptedException | SettlementHaltedException | RuntimeException e) {
            if (closed) {
                LOG.debug("the submitter ended while it was closed", e);
                return;
            }
            try {
                listener.halted().accept(e);
            } catch (RejectedExecutionException tooLate) {
                LOG.error("the submitter halted while its task was ending", e);
            }
        }
    }

    private void readAgain() throws SettlementHaltedException {
        Reading reading = unread;
        if (reading == null) {
            return;
        }
        try {
            List<LoggedPart> parts = log.read(reading.first(), reading.most());
            requireLast(reading, parts);
            unread = null;
            readingFailed = false;
            listener.read().accept(parts);
        } catch (IOException e) {
            if (!readingFailed) {
                LOG.warn(
                        "the epoch log is not readable from {} on, it is tried again: {}",
                        reading.first().name(),
                        e.getMessage());
                readingFailed = true;
            }
        }
    }

    /** What the log once had it must have, or the parts behind are not those that were sealed. */
    private static void requireLast(Reading reading, List<LoggedPart> parts)
            throws SettlementHaltedException {
        if (parts.size() < reading.most()
                && parts.stream().noneMatch(part -> reading.last().isOf(part))) {
            throw new SettlementHaltedException(
                    Reason.LOG_SHORT,
                    ("%s to %s were read from the epoch log before, but %d parts are there now;"
                                    + " point the job to the log of this vault, or bring the lost"
                                    + " records back from a replica, then run millrace recover")
                            .formatted(
                                    reading.first().name(), reading.last().name(), parts.size()));
        }
    }

    void stop() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(JOIN_MILLIS);
    }
}
