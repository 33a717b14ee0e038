package io.millrace.chain.event;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The one split of the event source: how far the vault's events have been emitted, and what has
 * been read beyond that.
 *
 * @param nextBlock first block not emitted whole
 * @param nextLogIndex first log of that block not emitted
 * @param lastHash of the block before {@code nextBlock}, final and emitted; empty if not known yet
 * @param window blocks read above it, not final when they were read, starting with {@code
 *     nextBlock}, each the parent of the next
 */
public record VaultSplit(
        long nextBlock, int nextLogIndex, String lastHash, List<WindowBlock> window)
        implements SourceSplit {

    /** Its only id. */
    public static final String ID = "vault";

    /** Most blocks of the window: bounds the state to about 100 KB. */
    static final int MAX_WINDOW = 1_024;

    /**
     * A block that may still be replaced.
     *
     * @param number height
     * @param hash 0x-hex
     * @param parentHash 0x-hex
     * @param millis its time
     * @param logsDigest of our logs in it (see {@link LogsDigest})
     */
    public record WindowBlock(
            long number, String hash, String parentHash, long millis, String logsDigest) {}

    /** Checks and copies. */
    public VaultSplit {
        requireNonNull(lastHash, "lastHash is null");
        window = List.copyOf(window);
        if (nextBlock < 0 || nextLogIndex < 0 || window.size() > MAX_WINDOW) {
            throw new IllegalArgumentException(
                    "vault split at block %d log %d with %d blocks is negative or too long"
                            .formatted(nextBlock, nextLogIndex, window.size()));
        }
        String parent = lastHash;
        for (int i = 0; i < window.size(); i++) {
            WindowBlock block = window.get(i);
            boolean follows = parent.isEmpty() || block.parentHash().equals(parent);
            if (block.number() != nextBlock + i || !follows) {
                throw new IllegalArgumentException(
                        "block " + block.number() + " does not follow in the window of the split");
            }
            parent = block.hash();
        }
    }

    /** Nothing emitted since a start, nothing read beyond. */
    public static VaultSplit from(long nextBlock) {
        return new VaultSplit(nextBlock, 0, "", List.of());
    }

    /** The same position with another window. */
    VaultSplit withWindow(List<WindowBlock> blocks) {
        return new VaultSplit(nextBlock, nextLogIndex, lastHash, blocks);
    }

    /** Height of the newest block read. */
    long top() {
        return nextBlock + window.size() - 1;
    }

    /** The block of the window at a height between {@code nextBlock} and {@link #top}. */
    WindowBlock at(long number) {
        return window.get((int) (number - nextBlock));
    }

    /** The window from a height on. */
    List<WindowBlock> windowFrom(long number) {
        int from = (int) Math.min(Math.max(0, number - nextBlock), window.size());
        return window.subList(from, window.size());
    }

    /** The window below a height. */
    List<WindowBlock> windowBelow(long number) {
        return window.subList(0, (int) Math.max(0, number - nextBlock));
    }

    @Override
    public String splitId() {
        return ID;
    }
}
