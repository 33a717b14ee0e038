package io.millrace.local.stack;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends parts of a stack, so that one that ends badly, or not at all, keeps no other alive. */
final class Ending {

    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    private Ending() {}

    /** However long it takes. */
    static void of(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) { // the others are still to be ended
            LOG.warn("{} did not close", part.getClass().getSimpleName(), e);
        }
    }

    /**
     * For at most {@code limit}: who has told a process to end waits for it, and its child
     * processes end with it.
     *
     * @return whether it has ended
     */
    static boolean within(Duration limit, AutoCloseable part) {
        String name = part.getClass().getSimpleName();
        Thread closing = new Thread(() -> of(part), "ending-" + name);
        closing.setDaemon(true);
        closing.start();
        try {
            TimeUnit.NANOSECONDS.timedJoin(closing, limit.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            LOG.warn("{} had not ended after {} s; going on without it", name, limit.toSeconds());
        }
        return !closing.isAlive();
    }
}
