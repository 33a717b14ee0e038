package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.sim.SimChain.Block;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One RPC node: what it shows of the chain, and how it lies, until it heals. */
final class SimNode {

    /** How a node fails; each ends at its time. */
    enum Mode {
        HEALTHY,
        /** Its head stands still. */
        LAGGING,
        /** Speaks of the account as it was some blocks ago: a cache. */
        OLD_NONCE,
        /** Stays on a branch that was reorganised away. */
        FORKED,
        /** Knows no receipts. */
        NO_RECEIPTS,
        /** Has no logs. */
        NO_LOGS,
        /** Answers with errors, or not at all. */
        FAILING,
        /** Takes a transaction, and the answer is lost. */
        MUTE,
        /** Takes no transaction, and says so in one way or another. */
        REFUSING
    }

    /** Most blocks that a cache is behind, and a few. */
    static final int OLD_BLOCKS = 55;

    final int number;
    Mode mode = Mode.HEALTHY;
    long untilMillis;
    private final SimChain chain;
    private @Nullable List<Block> branch;
    private int length;
    private long oldBlocks;

    SimNode(int number, SimChain chain) {
        this.number = number;
        this.chain = chain;
    }

    void fail(Mode as, long until) {
        mode = as;
        oldBlocks = 5 + until / SimWorld.TICK_MILLIS % OLD_BLOCKS;
        untilMillis = until;
        branch = chain.blocks();
        length = branch.size();
    }

    void heal() {
        mode = Mode.HEALTHY;
        branch = null;
    }

    /** Whether its head stands still. */
    private boolean isStalled() {
        return mode == Mode.LAGGING || mode == Mode.FORKED;
    }

    /** Whether what it shows was reorganised away. */
    boolean isForked() {
        return isStalled() && branch != chain.blocks();
    }

    Block tip() {
        return isStalled() && branch != null ? branch.get(length - 1) : chain.tip();
    }

    /** The newest it calls final: never more than the chain does. */
    Block finalBlock() {
        List<Block> mine = isStalled() && branch != null ? branch : chain.blocks();
        long depth = tip().header().number() - SimChain.FINALITY_DEPTH;
        long shown = Math.min(depth, chain.finalBlock().header().number());
        return mine.get(
                (int) Math.max(0, isStalled() ? shown : chain.finalBlock().header().number()));
    }

    /** The block at a height, or null if it has not come so far. */
    @Nullable Block at(long height) {
        List<Block> mine = isStalled() && branch != null ? branch : chain.blocks();
        return height <= tip().header().number() && height >= 0 ? mine.get((int) height) : null;
    }

    /** Whether the block is on the branch that it shows. */
    boolean shows(Block block) {
        Block there = at(block.header().number());
        return there != null && there.header().hash().equals(block.header().hash());
    }

    /** The state of the account that it speaks of. */
    SimState account() {
        long height = tip().header().number();
        Block cached = mode == Mode.OLD_NONCE ? at(Math.max(0, height - oldBlocks)) : null;
        return cached == null ? tip().state() : cached.state();
    }
}
