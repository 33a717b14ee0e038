package io.millrace.admit;

import io.millrace.unit.Nano;

/**
 * When requests may be read: from the moment all of admission knows what the chain said before this
 * start, and while the value that is reserved or charged but not final on chain stays below a
 * limit. Closed at the limit, open again at three quarters of it, so that each settlement does not
 * move the gate twice. Plain Java, one thread.
 *
 * <p>All of admission knows it once a checkpoint has completed whose barriers followed the last of
 * it: aligned barriers push everything in front of them through every operator.
 */
final class GateRule {

    private static final long NEVER = Long.MAX_VALUE;

    private final long maxUnsettledNano;
    private final long reopenNano;

    private long unsettledNano;
    private long caughtUpAfter = NEVER;
    private boolean caughtUp;
    private boolean full;

    /**
     * Constructor.
     *
     * @param unsettledNano what was unsettled when the job's state was saved
     */
    GateRule(long maxUnsettledNano, long unsettledNano) {
        if (maxUnsettledNano < 1) {
            throw new IllegalArgumentException(
                    "the limit of unsettled value is " + maxUnsettledNano + ", give at least 1");
        }
        this.maxUnsettledNano = maxUnsettledNano;
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
     * The chain has been read up to its final head.
     *
     * @param lastBarrier the checkpoint whose barrier came last before that
     */
    void chainRead(long lastBarrier) {
        if (caughtUpAfter == NEVER) {
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

    GateState state() {
        if (!caughtUp) {
            return GateState.CATCHING_UP;
        }
        return full ? GateState.UNSETTLED_VALUE : GateState.OPEN;
    }

    private void refill() {
        full = full ? unsettledNano > reopenNano : unsettledNano >= maxUnsettledNano;
    }
}
