package io.millrace.chain.event;

import io.millrace.unit.Keccak;
import java.util.ArrayList;
import java.util.List;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

/**
 * Root of the Merkle-Patricia trie that maps rlp(0), rlp(1) … to a list of values, as headers name
 * it for transactions and receipts (yellow paper, appendix D). RLP is prefix-free, so no key ends
 * inside another and branches carry no value.
 */
final class TrieRoot {

    private static final int BRANCHES = 16;
    private static final int HASH_BYTES = 32;
    private static final RlpString NOTHING = RlpString.create(new byte[0]);

    private record Entry(byte[] nibbles, byte[] value) {}

    private TrieRoot() {}

    static byte[] of(List<byte[]> values) {
        if (values.isEmpty()) {
            return Keccak.hash(RlpEncoder.encode(NOTHING));
        }
        List<Entry> entries = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            RlpString index = i == 0 ? NOTHING : RlpString.create(i);
            entries.add(new Entry(nibbles(RlpEncoder.encode(index)), values.get(i)));
        }
        return Keccak.hash(RlpEncoder.encode(node(entries, 0)));
    }

    /**
     * The node that holds {@code entries}, whose keys agree in their first {@code depth} nibbles.
     */
    private static RlpType node(List<Entry> entries, int depth) {
        Entry first = entries.get(0);
        if (entries.size() == 1) {
            return new RlpList(
                    path(first.nibbles(), depth, first.nibbles().length, true),
                    RlpString.create(first.value()));
        }
        int shared = depth;
        while (agree(entries, shared)) {
            shared++;
        }
        if (shared > depth) {
            return new RlpList(
                    path(first.nibbles(), depth, shared, false), reference(node(entries, shared)));
        }
        List<RlpType> branch = new ArrayList<>(BRANCHES + 1);
        for (int nibble = 0; nibble < BRANCHES; nibble++) {
            List<Entry> below = new ArrayList<>();
            for (Entry entry : entries) {
                if (entry.nibbles()[depth] == nibble) {
                    below.add(entry);
                }
            }
            branch.add(below.isEmpty() ? NOTHING : reference(node(below, depth + 1)));
        }
        branch.add(NOTHING);
        return new RlpList(branch);
    }

    private static boolean agree(List<Entry> entries, int at) {
        byte nibble = entries.get(0).nibbles()[at];
        for (Entry entry : entries) {
            if (entry.nibbles()[at] != nibble) {
                return false;
            }
        }
        return true;
    }

    /** A node shorter than a hash stands for itself. */
    private static RlpType reference(RlpType node) {
        byte[] encoded = RlpEncoder.encode(node);
        return encoded.length < HASH_BYTES ? node : RlpString.create(Keccak.hash(encoded));
    }

    /** Hex-prefix encoding: whether it is a leaf, and whether the number of nibbles is odd. */
    private static RlpString path(byte[] nibbles, int from, int to, boolean leaf) {
        int flag = leaf ? 2 : 0;
        boolean odd = (to - from) % 2 == 1;
        byte[] bytes = new byte[(to - from) / 2 + 1];
        bytes[0] = (byte) (odd ? ((flag + 1) << 4) | nibbles[from] : flag << 4);
        int at = odd ? from + 1 : from;
        for (int i = 1; i < bytes.length; i++, at += 2) {
            bytes[i] = (byte) ((nibbles[at] << 4) | nibbles[at + 1]);
        }
        return RlpString.create(bytes);
    }

    private static byte[] nibbles(byte[] bytes) {
        byte[] nibbles = new byte[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            nibbles[2 * i] = (byte) ((bytes[i] >> 4) & 0xf);
            nibbles[2 * i + 1] = (byte) (bytes[i] & 0xf);
        }
        return nibbles;
    }
}
