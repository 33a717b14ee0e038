package io.millrace.watch.act;

import java.math.BigInteger;

/** What is challenged, by the names and in the order of ITribunal.Kind. */
public enum Kind {
    STATEMENT(0),
    LEAF(1);

    private final int number;

    Kind(int number) {
        this.number = number;
    }

    /** As the contract counts them. */
    static Kind of(BigInteger number) {
        return number.signum() == 0 ? STATEMENT : LEAF;
    }

    BigInteger number() {
        return BigInteger.valueOf(number);
    }

    /** What a leaf challenge is about: shard &lt;&lt; 32 | index. */
    public static long position(long shard, long index) {
        return shard << Integer.SIZE | index;
    }

    /** The shard of a {@link #position}. */
    public static long shardOf(long position) {
        return position >>> Integer.SIZE;
    }

    /** The index of a {@link #position}. */
    public static long indexOf(long position) {
        return position & 0xffff_ffffL;
    }
}
