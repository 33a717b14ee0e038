package io.millrace.chain;

/** What the submitter counts. Written by its thread only, read by any. */
public final class SubmitMetrics {

    private volatile long unsettledParts;
    private volatile long unsettledNano;
    private volatile long oldestSinceMillis;
    private volatile long settledParts;
    private volatile long gasUsed;
    private volatile long transactionsSent;
    private volatile long bumps;
    private volatile long feeCapped;
    private volatile long rpcFailures;
    private volatile boolean waiting;

    /** Parts of epochs that are not final on chain. */
    public long unsettledParts() {
        return unsettledParts;
    }

    /** Sum of what they settle, nano-USD. */
    public long unsettledNano() {
        return unsettledNano;
    }

    /** How long the oldest of them has been known here, given the time now; 0 if none. */
    public long oldestUnsettledMillis(long nowMillis) {
        long since = oldestSinceMillis;
        return since == 0 ? 0 : Math.max(0, nowMillis - since);
    }

    /** Parts seen final since the start. */
    public long settledParts() {
        return settledParts;
    }

    /** Gas of their transactions. */
    public long gasUsed() {
        return gasUsed;
    }

    /** Times signed bytes were handed to the node. */
    public long transactionsSent() {
        return transactionsSent;
    }

    /** Replacements with higher fees. */
    public long bumps() {
        return bumps;
    }

    /** Replacements not made because the fee policy forbids the price. */
    public long feeCapped() {
        return feeCapped;
    }

    /** Calls to the node that brought no usable answer. */
    public long rpcFailures() {
        return rpcFailures;
    }

    /** Whether the last look at the chain failed, or the vault is paused. */
    public boolean isWaiting() {
        return waiting;
    }

    void unsettled(long parts, long nano, long sinceMillis) {
        unsettledParts = parts;
        unsettledNano = nano;
        oldestSinceMillis = sinceMillis;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void settled(long gas) {
        settledParts++;
        gasUsed += gas;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void sent() {
        transactionsSent++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void bumped() {
        bumps++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void capped() {
        feeCapped++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the submitter's thread
    void rpcFailed() {
        rpcFailures++;
    }

    void waits(boolean now) {
        waiting = now;
    }
}
