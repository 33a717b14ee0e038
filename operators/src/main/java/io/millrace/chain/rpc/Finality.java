package io.millrace.chain.rpc;

import java.io.Serializable;

/**
 * Which blocks count as final: those the node tags so, or those a number of blocks deep.
 *
 * @param tag "finalized" or "safe", or "latest" together with a depth
 * @param depth blocks below the tag
 */
public record Finality(String tag, int depth) implements Serializable {

    /** What the chain itself calls final. */
    public static final Finality FINALIZED = new Finality("finalized", 0);

    public Finality {
        boolean known = tag.equals("finalized") || tag.equals("safe") || tag.equals("latest");
        if (!known || depth < 0) {
            throw new IllegalArgumentException(
                    ("finality \"%s\" less %d blocks is not known: use finalized,"
                                    + " safe, or a depth in blocks")
                            .formatted(tag, depth));
        }
    }

    /** Asks a node for the block of a tag. */
    @FunctionalInterface
    public interface Ask<T> {
        T block(String tag) throws RpcException;
    }

    /**
     * The block of the tag.
     *
     * @throws RpcException with the remedy if the node knows no such tag
     */
    public <T> T tagged(Ask<T> node) throws RpcException {
        try {
            return node.block(tag);
        } catch (RpcException e) {
            throw e.ofTag(tag);
        }
    }

    /** "finalized", "safe", or a number of blocks below the latest. */
    public static Finality parse(String text) {
        return text.chars().allMatch(Character::isDigit) && !text.isEmpty()
                ? new Finality("latest", Integer.parseInt(text))
                : new Finality(text, 0);
    }
}
