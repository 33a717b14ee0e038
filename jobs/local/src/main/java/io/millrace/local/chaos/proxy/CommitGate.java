package io.millrace.local.chaos.proxy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Lets a few of the commits of one checkpoint reach the broker, one after the other, and none after
 * them: each sink has committed by then, or has not. Safe for several threads.
 */
public final class CommitGate {

    /** The sinks commit a checkpoint within less; the next one comes later. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private static final int ALL = Integer.MAX_VALUE;

    private final Time time;
    private int most = ALL;
    private boolean counting;
    private int passed;
    private boolean underWay;
    private int round;
    private long lastNanos;

    /** What time it is. */
    interface Time {

        long nanos();
    }

    /** An open one. */
    public CommitGate() {
        this(System::nanoTime);
    }

    CommitGate(Time time) {
        this.time = time;
        this.lastNanos = time.nanos();
    }

    /** Of the next checkpoint, from its first commit on, {@code commits} pass. */
    public synchronized void shutAfter(int commits) {
        most = commits;
        counting = false;
        passed = 0;
        underWay = false;
    }

    /** Everything passes. What waits is told that it came to nothing. */
    public synchronized void open() {
        most = ALL;
        counting = false;
        underWay = false;
        round++;
        notifyAll();
    }

    /**
     * Waits until as many commits have passed, and been answered, as may.
     *
     * @return how many have, when {@code patience} ends
     */
    public synchronized int awaitShut(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (passed < most || underWay) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return passed;
    }

    /**
     * A commit wants to pass. Returns when it may, or whether it came to nothing: then its
     * connection is to be closed.
     */
    synchronized boolean pass() throws InterruptedException {
        if (!counting) {
            boolean isFirst = time.nanos() - lastNanos > QUIET_NANOS;
            lastNanos = time.nanos();
            if (most == ALL || !isFirst) {
                return true; // of a checkpoint whose first commits are gone already
            }
            counting = true;
        }
        int begun = round;
        while (begun == round && (underWay || passed >= most)) {
            wait();
        }
        if (begun != round) {
            return false;
        }
        underWay = true;
        return true;
    }

    /** The broker has answered a commit. */
    synchronized void answered() {
        if (counting && underWay) {
            underWay = false;
            passed++;
            notifyAll();
        }
    }
}
