package io.millrace.watch.act;

import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * The nodes of one level that are not empty, ascending by position: 48 bytes each, so that a
 * million leaves are no matter, and places that somebody made up cost nothing.
 */
final class SumLevel {

    private static final int HASH = 32;
    private static final int NODE = 81;
    private static final byte[] NOTHING = new byte[HASH];

    private long[] at;
    private long[] sums;
    private byte[] hashes;
    private int size;
    private boolean overflows;

    SumLevel(int capacity) {
        int room = Math.max(capacity, 1);
        at = new long[room];
        sums = new long[room];
        hashes = new byte[HASH * room];
    }

    int size() {
        return size;
    }

    /** Whether a sum of two does not fit 63 bits: no path through it is proven. */
    boolean overflows() {
        return overflows;
    }

    void add(long position, byte[] hash, long sumNano) {
        if (size == at.length) {
            at = Arrays.copyOf(at, 2 * size);
            sums = Arrays.copyOf(sums, 2 * size);
            hashes = Arrays.copyOf(hashes, Math.multiplyExact(2 * size, HASH));
        }
        at[size] = position;
        sums[size] = sumNano;
        System.arraycopy(hash, 0, hashes, HASH * size, HASH);
        size++;
    }

    /** The same by position; of two at one position the first counts. */
    SumLevel sorted() {
        if (IntStream.range(1, size).allMatch(i -> at[i - 1] < at[i])) {
            return this;
        }
        SumLevel sorted = new SumLevel(size);
        IntStream.range(0, size)
                .boxed()
                .sorted((a, b) -> Long.compare(at[a], at[b]))
                .forEach(
                        i -> {
                            boolean taken = sorted.size > 0 && sorted.at[sorted.size - 1] == at[i];
                            if (!taken) {
                                sorted.add(at[i], hash(i), sums[i]);
                            }
                        });
        return sorted;
    }

    /** The level above. */
    SumLevel parents() {
        SumLevel above = new SumLevel(size / 2 + 1);
        above.overflows = overflows;
        for (int i = 0; i < size; i++) {
            boolean right = (at[i] & 1) == 1;
            boolean pair = !right && i + 1 < size && at[i + 1] == at[i] + 1;
            byte[] joined = new byte[NODE];
            ByteBuffer node = ByteBuffer.wrap(joined).put((byte) 1);
            long sum = sums[i];
            put(node, right ? -1 : i);
            put(node, pair ? i + 1 : right ? i : -1);
            if (pair) {
                sum += sums[i + 1];
                above.overflows |= sum < 0;
            }
            above.add(at[i] >> 1, Hash.sha3(joined), sum);
            i += pair ? 1 : 0;
        }
        return above;
    }

    /** The level above, if nothing lies beside any of these: each keeps its position. */
    SumLevel padded() {
        SumLevel above = new SumLevel(size);
        above.overflows = overflows;
        for (int i = 0; i < size; i++) {
            byte[] joined = new byte[NODE];
            ByteBuffer node = ByteBuffer.wrap(joined).put((byte) 1);
            put(node, i);
            put(node, -1);
            above.add(at[i], Hash.sha3(joined), sums[i]);
        }
        return above;
    }

    /** The node at {@code position}. */
    Node node(long position) {
        int i = Arrays.binarySearch(at, 0, size, position);
        return i < 0
                ? MerkleSum.EMPTY
                : new Node(Numeric.toHexString(hash(i)), BigInteger.valueOf(sums[i]));
    }

    private void put(ByteBuffer node, int i) {
        if (i < 0) {
            node.put(NOTHING).putLong(0);
        } else {
            node.put(hashes, HASH * i, HASH).putLong(sums[i]);
        }
    }

    private byte[] hash(int i) {
        return Arrays.copyOfRange(hashes, HASH * i, HASH * (i + 1));
    }
}
