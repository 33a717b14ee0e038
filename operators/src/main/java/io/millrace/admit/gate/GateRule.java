package io.millrace.admit.gate;

import io.millrace.chain.OwedChange;

/**
 * When requests may be read: from the moment all of admission knows what the chain said before this
 * start, while the chain is heard, and while both the value that is reserved or charged but not
 * final on chain, and the number of sealed parts that are not, stay below their limits: see {@link
 * OwedLevel}. Plain Java, one thread.
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

    private final OwedLevel nano;
    private final OwedLevel parts;
    private final long maxChainAgeMillis;

    private long readUpToMillis = -1;
    private long caughtUpAfter = NEVER;
    private boolean caughtUp;
    private boolean headRead;

    /**
     * Constructor.
     *
     * @param nano unsettled value, nano-USD
     * @param parts unsettled parts of epochs
     * @param maxChainAgeMillis age of the newest final block beyond which the chain is silent
     */
    GateRule(OwedLevel nano, OwedLevel parts, long maxChainAgeMillis) {
        if (maxChainAgeMillis < 1) {
            throw new IllegalArgumentException(
                    "the chain may be "
                            + maxChainAgeMillis
                            + " ms old, give at least 1, and less than the registry's notice");
        }
        this.nano = nano;
        this.parts = parts;
        this.maxChainAgeMillis = maxChainAgeMillis;
    }

    /** More is owed, or less. */
    void owed(OwedChange change) {
        nano.add(change.nano());
        parts.add(change.parts());
    }

    /** A part of an epoch is final. */
    void settled(long partSumNano) {
        nano.add(-partSumNano);
        parts.add(-1);
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
        return nano.value();
    }

    long unsettledParts() {
        return parts.value();
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
        if (nano.isFull()) {
            return GateState.UNSETTLED_VALUE;
        }
        return parts.isFull() ? GateState.UNSETTLED_PARTS : GateState.OPEN;
    }
}
