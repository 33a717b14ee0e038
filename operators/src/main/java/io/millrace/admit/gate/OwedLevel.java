package io.millrace.admit.gate;

/**
 * Something that grows with what is admitted and falls with what is settled. Full at a limit, and
 * from there until a quarter of it is free, so that each settlement does not move the gate twice.
 * Never below nothing: a job whose state came from elsewhere may hear that something is settled
 * which it has not counted. One thread.
 */
final class OwedLevel {

    private final long limit;
    private final long reopen;
    private long value;
    private boolean full;

    /**
     * Constructor.
     *
     * @param what for messages
     * @param limit at least 1
     * @param value when the job's state was saved, at least 0
     */
    OwedLevel(String what, long limit, long value) {
        if (limit < 1) {
            throw new IllegalArgumentException(
                    "the limit of " + what + " is " + limit + ", give at least 1");
        }
        if (value < 0) {
            throw new IllegalArgumentException(what + " is negative: " + value);
        }
        this.limit = limit;
        this.reopen = limit - Math.max(1, limit / 4);
        this.value = value;
        refill();
    }

    /** Adds {@code change}, which may be below zero. */
    void add(long change) {
        value = Math.max(0, Math.addExact(value, change));
        refill();
    }

    long value() {
        return value;
    }

    boolean isFull() {
        return full;
    }

    private void refill() {
        full = full ? value > reopen : value >= limit;
    }
}
