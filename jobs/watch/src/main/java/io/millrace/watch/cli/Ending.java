package io.millrace.watch.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a process is told to end it is given a while to close what it has open. The asking thread's;
 * a signal comes on another.
 */
final class Ending implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
    private static final long CLOSING_SECONDS = 20;

    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private Ending() {}

    /** Listens for SIGTERM and Ctrl-C from now on; to be closed when nothing is open any more. */
    static Ending ofProcess() {
        Ending ending = new Ending();
        Runtime.getRuntime().addShutdownHook(new Thread(ending::end, "shutdown"));
        return ending;
    }

    /** Whether the process is told to end within the next {@code millis}: waits no longer. */
    boolean within(long millis) throws InterruptedException {
        return told.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void end() {
        told.countDown();
        try {
            if (!closed.await(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "not closed after {} s; what was begun goes on at the next start",
                        CLOSING_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
