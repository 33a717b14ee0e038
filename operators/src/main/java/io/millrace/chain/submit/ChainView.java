package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The chain as far as it has been seen: what is decided in one poll is decided at these two blocks.
 * A node that shows less than was seen before, or another block where one was final, is behind or
 * lies: nothing is done on its word. Submitter's thread only.
 */
final class ChainView {

    private final VaultClient chain;

    private long highestBlock;
    private long highestFinal;
    private @Nullable L2Block latest;
    private @Nullable L2Block finalBlock;

    /** Of a chain that is final up to {@code finalUpTo} at least. */
    ChainView(VaultClient chain, long finalUpTo) {
        this.chain = chain;
        this.highestBlock = finalUpTo;
        this.highestFinal = finalUpTo;
    }

    /** A node that has not come to this block cannot tell anything yet. */
    void requireBlock(long block) {
        highestBlock = Math.max(highestBlock, block);
    }

    /**
     * Asks for both blocks anew.
     *
     * @throws RpcException if the node has less than was seen, or contradicts what was final
     */
    void refresh() throws RpcException {
        L2Block newest = chain.latestBlock();
        requireAtLeast(highestBlock, newest, "latest");
        L2Block settled = chain.finalBlock();
        requireAtLeast(highestFinal, settled, "final");
        if (settled.number() > newest.number()) {
            throw unusable(
                    "calls block " + settled.number() + " final but is at " + newest.number());
        }
        L2Block before = finalBlock;
        if (before != null && !before.hash().equals(settled.hash())) {
            L2Block there = chain.block(before.number());
            if (!there.hash().equals(before.hash())) {
                throw unusable(
                        "has "
                                + there.hash()
                                + " at height "
                                + before.number()
                                + " where "
                                + before.hash()
                                + " was final");
            }
        }
        latest = newest;
        finalBlock = settled;
        highestBlock = newest.number();
        highestFinal = settled.number();
    }

    /** The newest block of this poll. */
    L2Block latest() {
        return requireNonNull(latest, "the chain was not polled yet");
    }

    /** The newest final block of this poll. */
    L2Block finalBlock() {
        return requireNonNull(finalBlock, "the chain was not polled yet");
    }

    /**
     * Whether the vault's epoch ends before {@code next}, a part of it: no part of the log can
     * follow then. While the end is not final it is only a reason to wait.
     */
    boolean isVoid(TrackedPart next, VaultHead head)
            throws RpcException, SettlementHaltedException {
        if (next.part.header().part() == 0 || !head.isWhole()) {
            return false;
        }
        VaultHead last = chain.head(finalBlock());
        if (last.isWhole() && last.header().equals(head.header())) {
            throw new SettlementHaltedException(
                    Reason.EPOCH_VOIDED,
                    ("a settler of the vault has ended epoch %d with part %d, so %s cannot be"
                                    + " settled, nor what continues it; find out who called"
                                    + " voidRemainder, and go on with another vault")
                            .formatted(head.epoch(), head.part(), next.name()));
        }
        return true;
    }

    private static void requireAtLeast(long seen, L2Block block, String which) throws RpcException {
        if (block.number() < seen) {
            throw unusable(
                    "has " + block.number() + " as its " + which + " block, it was at " + seen);
        }
    }

    private static RpcException unusable(String what) {
        return RpcException.invalid("eth_getBlockByNumber", "the node " + what);
    }
}
