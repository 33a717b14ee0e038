package io.millrace.chain.event;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;

/**
 * A header's bloom filter over the addresses and topics of its block's logs (yellow paper 4.3.1).
 */
final class LogBloom {

    static final int BYTES = 256;
    private static final int BITS_A_VALUE = 3;
    private static final int MASK = 8 * BYTES - 1;

    private final byte[] bits;

    /**
     * @param bloom 0x-hex of 256 bytes
     */
    LogBloom(String bloom) {
        bits = Hex.decode(bloom, BYTES);
    }

    /** Whether a log with this address or topic may be in the block; false is certain. */
    boolean mayHold(String addressOrTopic) {
        byte[] hash = Keccak.hash(Hex.decode(addressOrTopic));
        for (int i = 0; i < BITS_A_VALUE; i++) {
            int bit = (((hash[2 * i] & 0xff) << 8) | (hash[2 * i + 1] & 0xff)) & MASK;
            if (((bits[BYTES - 1 - bit / 8] >> (bit % 8)) & 1) == 0) {
                return false;
            }
        }
        return true;
    }
}
