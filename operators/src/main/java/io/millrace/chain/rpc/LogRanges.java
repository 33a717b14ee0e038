package io.millrace.chain.rpc;

import java.util.function.ToIntFunction;

/**
 * Reads a long range of blocks in pieces that a node takes. A piece that is too wide is tried
 * narrower at once. Any other failure of a piece, a time-out or a cut answer among them, is the
 * caller's to wait out, but what is tried then is narrower too: nothing is asked for ever in a form
 * that never works. Not shared between threads.
 *
 * @param <T> what a piece brings
 */
public final class LogRanges<T> {

    /** So often in a row a node may say of itself that it is behind before width is suspected. */
    private static final int BEHIND_BELIEVED = 3;

    private final ToIntFunction<T> logs;
    private final RangeSize size = new RangeSize();
    private int behind;
    private boolean narrowed;

    /** Asks for the blocks from one to another, both included. */
    @FunctionalInterface
    public interface Ask<T> {
        T in(long from, long to) throws RpcException;
    }

    /**
     * A piece of the range, from its beginning on.
     *
     * @param to its last block
     * @param answer what it brought
     */
    public record Piece<T>(long to, T answer) {}

    /** Pieces that bring as many logs as {@code logs} says. */
    public LogRanges(ToIntFunction<T> logs) {
        this.logs = logs;
    }

    /** As much of {@code from} to {@code to} as is given at once. */
    public Piece<T> first(long from, long to, Ask<T> ask) throws RpcException {
        while (true) {
            long end = Math.min(to, from + size.blocks() - 1);
            try {
                T answer = ask.in(from, end);
                size.fitted(end - from + 1, logs.applyAsInt(answer));
                behind = 0;
                return new Piece<>(end, answer);
            } catch (RpcException e) {
                failed(end - from + 1, e);
                if (from == end || e.kind() != RpcErrorKind.TOO_WIDE) {
                    throw e;
                }
            }
        }
    }

    /** A piece of {@code blocks} blocks, or the check of it, brought no usable answer. */
    public void failed(long blocks, RpcException e) {
        behind = e.kind() == RpcErrorKind.BEHIND ? behind + 1 : BEHIND_BELIEVED;
        if (behind >= BEHIND_BELIEVED) {
            size.refused(blocks, e.fittingBlocks());
            narrowed = size.blocks() < blocks;
            behind = 0;
        }
    }

    /**
     * Whether what is tried next is narrower than what has failed since this was asked: then it is
     * no repetition, to be put off ever longer.
     */
    public boolean hasNarrowed() {
        boolean answer = narrowed;
        narrowed = false;
        return answer;
    }
}
