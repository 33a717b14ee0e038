package io.millrace.unit;

import java.util.Arrays;

/** A 20-byte account address, as lower-case text wherever it flows or keys state. */
public final class EvmAddress {

    /** The address nobody owns. */
    public static final String ZERO = "0x" + "0".repeat(40);

    private EvmAddress() {}

    /**
     * Lower-case form of any hexadecimal spelling (checksum case is not verified).
     *
     * @throws IllegalArgumentException if it is not 20 bytes of hexadecimal
     */
    public static String canonical(String text) {
        return Hex.encode(Hex.decode(text, 20));
    }

    /** Address of an uncompressed public key (64 bytes, or 65 with the leading 4). */
    public static String ofPublicKey(byte[] publicKey) {
        byte[] point = publicKey.length == 65 ? Arrays.copyOfRange(publicKey, 1, 65) : publicKey;
        if (point.length != 64) {
            throw new IllegalArgumentException(
                    "public key has " + publicKey.length + " bytes, 64 or 65 are needed");
        }
        return Hex.encode(Arrays.copyOfRange(Keccak.hash(point), 12, 32));
    }

    /** The address left-padded to 32 bytes, as the ABI encodes it. */
    public static byte[] toWord(String address) {
        byte[] word = new byte[32];
        System.arraycopy(Hex.decode(address, 20), 0, word, 12, 20);
        return word;
    }
}
