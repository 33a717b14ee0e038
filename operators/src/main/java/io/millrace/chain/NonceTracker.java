package io.millrace.chain;

/**
 * The next free nonce of the settler: the chain's count at the latest block, never below what this
 * process has seen mined, so that a node which is behind cannot make it reuse one. Owned by the
 * submitter's thread.
 */
final class NonceTracker {

    private long floor;

    /** A transaction of ours with {@code nonce} is in a block. */
    void mined(long nonce) {
        floor = Math.max(floor, Math.addExact(nonce, 1));
    }

    /** The next free nonce, given the chain's count. */
    long next(long chainCount) {
        return Math.max(floor, chainCount);
    }
}
