package io.millrace.chain.rpc;

/**
 * How many blocks the next range of logs has. Starts at 500, aims at a number of logs a range,
 * grows at most tenfold a step, and halves, or takes what the node suggests, when it was too wide.
 * After a refusal it stays below what was refused and creeps up by a twentieth a range, because
 * most limits are fixed and each refusal costs a call (graph-node and Ponder do alike).
 */
public final class RangeSize {

    private static final int FIRST = 500;
    private static final int MAX = 5_000;
    private static final int TARGET_LOGS = 2_000;
    private static final int GROWTH = 10;

    private long blocks = FIRST;
    private long ceiling = MAX;

    public long blocks() {
        return blocks;
    }

    /** A range of {@code read} blocks brought {@code logs} logs. */
    public void fitted(long read, int logs) {
        if (read < blocks) {
            return; // it ended at the final head, and says nothing about width
        }
        long wanted = logs == 0 ? read * GROWTH : Math.max(1, read * TARGET_LOGS / logs);
        ceiling = Math.min(MAX, ceiling + Math.max(1, ceiling / 20));
        blocks = Math.max(1, Math.min(Math.min(wanted, read * GROWTH), ceiling));
    }

    /**
     * A range of {@code asked} blocks was refused, or not answered in time.
     *
     * @param fitting what the node suggests, 0 if nothing
     */
    public void refused(long asked, long fitting) {
        long halved = Math.max(1, asked / 2);
        blocks = fitting > 0 && fitting < asked ? fitting : halved;
        ceiling = blocks;
    }
}
