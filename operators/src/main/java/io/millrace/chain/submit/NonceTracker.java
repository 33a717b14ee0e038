package io.millrace.chain.submit;

/**
 * The next free nonce of the settler: the chain's count at the latest block, never below what the
 * journal and this process have seen mined, so that a node which is behind cannot make it reuse
 * one. Owned by the submitter's thread.
 */
final class NonceTracker {

    private long minedFloor;
    private long finalFloor;

    /** From {@code finalFloor} on, nonces may be free. */
    NonceTracker(long finalFloor) {
        this.minedFloor = finalFloor;
        this.finalFloor = finalFloor;
    }

    /** A transaction of ours with {@code nonce} is in a block. A reorganisation may free it. */
    void mined(long nonce) {
        minedFloor = Math.max(minedFloor, Math.addExact(nonce, 1));
    }

    /** It, or one of ours with a higher nonce, is in a final block: the nonce is used for good. */
    void settled(long nonce) {
        mined(nonce);
        finalFloor = Math.max(finalFloor, Math.addExact(nonce, 1));
    }

    /** The next free nonce, given the chain's count. */
    long next(long chainCount) {
        return Math.max(minedFloor, chainCount);
    }

    /** The chain's count as a node tells it, but not less than it is for certain. */
    long count(long chainCount) {
        return Math.max(finalFloor, chainCount);
    }
}
