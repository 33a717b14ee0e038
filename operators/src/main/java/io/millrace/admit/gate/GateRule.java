package io.millrace.admit.gate;

import io.millrace.unit.Nano;

/**
 * When requests may be read: from the moment all of admission knows what the chain said before this
 * start, while the chain is heard, and while the value that is reserved or charged but not final on
 * chain stays below a limit. Closed at the limit, open again at three quarters of it, so that each
 * settlement does not move the gate twice. Plain Java, one thread.
 *
 * <p>All of admission knows it once a checkpoint has completed whose barriers followed the last of
 * it: aligned barriers push everything in front of them through every operator.
 *
 * <p>The chain is heard while the newest final block that was read is at most so old. An announced
 * price counts from its block's time and the registry's PRICE_NOTICE on: with an age below that
 * notice, which the source of the events insists on, no request is read whose price could be in a
 * block that was not. A model's first price counts at once; it has no requests before. After a
 * silence all of admission must know again.
 */
final class GateRule {

    private static final long NEVER = Long.MAX_VALUE;

    private final long maxUnsettledNano;
    private final long reopenNano;
    private final long maxChainAgeMillis;

    private long unsettledNano;
    private long readUpToMillis = -1;
    private long caughtUpAfter = NEVER;
    private boolean caughtUp;
    private boolean headRead;
    private boolean full;

    /**
     * Constructor.
     *
     * @param maxChainAgeMillis age of the newest final block beyond which the chain is silent
     * @param unsettledNano what was unsettled when the job's state was saved
     */
    GateRule(long maxUnsettledNano, long maxChainAgeMillis, long unsettledNano) {
        if (maxUnsettledNano < 1) {
            throw new IllegalArgumentException(
                    "the limit of unsettled value is " + maxUnsettledNano + ", give at least 1");
        }
        if (maxChainAgeMillis < 1) {
            throw new IllegalArgumentException(
                    "the chain may be "
                            + maxChainAgeMillis
                            + " ms old, give at least 1, and less than the registry's notice");
        }
        this.maxUnsettledNano = maxUnsettledNano;
        this.maxChainAgeMillis = maxChainAgeMillis;
        this.reopenNano = maxUnsettledNano - maxUnsettledNano / 4;
        this.unsettledNano = Nano.requireNotNegative(unsettledNano, "unsettledNano");
        refill();
    }

    /** Admission reserves, or below zero gives back. */
    void promised(long changeNano) {
        unsettledNano = Math.max(0, Math.addExact(unsettledNano, changeNano));
        refill();
    }

    /**
     * A part of an epoch is final. What is owed is never below nothing: a job whose state came from
     * elsewhere may hear of parts whose charges it has not counted.
     */
    void settled(long partSumNano) {
        unsettledNano = Math.max(0, unsettledNano - partSumNano);
        refill();
    }

    /**
     * The chain has been read up to a final block.
     *
     * @param blockMillis its time, unix ms
     * @param isHead whether no later block was final
     * @param lastBarrier the checkpoint whose barrier came last before that
     */
    void chainRead(long blockMillis, boolean isHead, long lastBarrier) {
        readUpToMillis = Math.max(readUpToMillis, blockMillis);
        headRead |= isHead;
        if (isHead && caughtUpAfter == NEVER) {
            caughtUpAfter = lastBarrier;
        }
    }

    /** Every operator has taken part in {@code checkpoint}. */
    void completed(long checkpoint) {
        caughtUp |= checkpoint > caughtUpAfter;
    }

    long unsettledNano() {
        return unsettledNano;
    }

    /** How long ago the newest final block that was read was made; below 0 if clocks differ. */
    long chainAgeMillis(long nowMillis) {
        return nowMillis - readUpToMillis;
    }

    /**
     * What holds now.
     *
     * @param nowMillis unix ms
     */
    GateState state(long nowMillis) {
        if (chainAgeMillis(nowMillis) > maxChainAgeMillis) {
            caughtUp = false;
            caughtUpAfter = NEVER;
            return headRead ? GateState.CHAIN_SILENT : GateState.CATCHING_UP;
        }
        if (!caughtUp) {
            return GateState.CATCHING_UP;
        }
        return full ? GateState.UNSETTLED_VALUE : GateState.OPEN;
    }

    private void refill() {
        full = full ? unsettledNano > reopenNano : unsettledNano >= maxUnsettledNano;
    }
}
