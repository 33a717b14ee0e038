package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that talks to the chain for the submitter. It owns the {@link EpochSubmitter}, its
 * client and its journal; the others only put parts into the queue. It ends by {@link #stop} or by
 * a halt, which it reports once.
 */
final class SubmitterThread {

    private static final Logger LOG = LoggerFactory.getLogger(SubmitterThread.class);
    private static final long JOIN_MILLIS = 10_000;

    private final EpochSubmitter submitter;
    private final Consumer<Exception> halted;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    private record Waiting(SealedPart part, long sealedMillis) {}

    SubmitterThread(EpochSubmitter submitter, Consumer<Exception> halted) {
        this.submitter = submitter;
        this.halted = halted;
        this.thread = new Thread(this::run, "epoch-submitter");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks; how many may be under way is the caller's to bound. */
    void add(SealedPart part, long sealedMillis) {
        queue.add(new Waiting(part, sealedMillis));
    }

    private void run() {
        try {
            List<Waiting> parts = new ArrayList<>();
            while (!closed) {
                for (Waiting waiting : parts) {
                    submitter.add(waiting.part(), waiting.sealedMillis());
                }
                long wait = submitter.step();
                parts.clear();
                Waiting next = queue.poll(wait, TimeUnit.MILLISECONDS);
                if (next != null) {
                    parts.add(next);
                    queue.drainTo(parts);
                }
            }
        } catch (InterruptedException | SettlementHaltedException | RuntimeException e) {
            if (closed) {
                LOG.debug("the submitter ended while it was closed", e);
                return;
            }
            try {
                halted.accept(e);
            } catch (RejectedExecutionException tooLate) {
                LOG.error("the submitter halted while its task was ending", e);
            }
        }
    }

    void stop() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(JOIN_MILLIS);
    }
}
