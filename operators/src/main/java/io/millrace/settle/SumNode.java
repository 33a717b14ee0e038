package io.millrace.settle;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Nano;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A node of a Merkle-sum tree. Not copied: the hash must not be changed.
 *
 * @param hash 32 bytes, all zero for an empty subtree
 * @param sumNano of all leaves below, nano-USD
 */
public record SumNode(byte[] hash, long sumNano) {

    /** An empty subtree. */
    public static final SumNode EMPTY = new SumNode(new byte[32], 0);

    private static final byte NODE = 1;

    public SumNode {
        if (hash.length != 32) {
            throw new IllegalArgumentException("a hash of " + hash.length + " bytes, use 32");
        }
        Nano.requireNotNegative(sumNano, "sumNano");
    }

    /** From a hash in hexadecimal. */
    public static SumNode of(String hash, long sumNano) {
        return new SumNode(Hex.decode(hash, 32), sumNano);
    }

    /**
     * The parent of two nodes.
     *
     * @throws ArithmeticException if the sum does not fit 63 bits
     */
    public static SumNode join(SumNode left, SumNode right) {
        if (left.isEmpty() && right.isEmpty()) {
            return EMPTY;
        }
        byte[] text =
                ByteBuffer.allocate(81)
                        .put(NODE)
                        .put(left.hash)
                        .putLong(left.sumNano)
                        .put(right.hash)
                        .putLong(right.sumNano)
                        .array();
        return new SumNode(Keccak.hash(text), Nano.add(left.sumNano, right.sumNano));
    }

    /** This node as the leftmost in a tree of {@code levels} more levels. */
    public SumNode raised(int levels) {
        SumNode node = this;
        for (int level = 0; level < levels; level++) {
            node = join(node, EMPTY);
        }
        return node;
    }

    /** Whether nothing lies below. */
    public boolean isEmpty() {
        return equals(EMPTY);
    }

    /** The hash as 0x-hex. */
    public String hex() {
        return Hex.encode(hash);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SumNode node
                && sumNano == node.sumNano
                && Arrays.equals(hash, node.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash) * 31 + Long.hashCode(sumNano);
    }

    @Override
    public String toString() {
        return hex() + ":" + sumNano;
    }
}
