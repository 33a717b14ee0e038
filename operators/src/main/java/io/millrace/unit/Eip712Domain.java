package io.millrace.unit;

import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * The EIP-712 domain all structs of one deployment are signed and hashed under.
 *
 * @param chainId of the L2, EIP-155
 * @param vault lower-case address of the SettlementVault (verifyingContract)
 */
public record Eip712Domain(long chainId, String vault) implements Serializable {

    private static final byte[] DOMAIN_TYPE =
            Keccak.hashUtf8(
                    "EIP712Domain(string name,string version,uint256 chainId,address"
                            + " verifyingContract)");
    private static final byte[] NAME = Keccak.hashUtf8("Millrace");
    private static final byte[] VERSION = Keccak.hashUtf8("1");
    private static final byte[] PREFIX = {0x19, 0x01};

    /** Checks and canonicalises. */
    public Eip712Domain {
        Nano.requireNotNegative(chainId, "chainId");
        vault = EvmAddress.canonical(vault);
    }

    /** hashStruct of the domain; 32 bytes. */
    public byte[] separator() {
        return Keccak.hash(DOMAIN_TYPE, NAME, VERSION, word(chainId), EvmAddress.toWord(vault));
    }

    /**
     * The digest that is signed, or that names a leaf, for {@code structHash} under a separator
     * computed once.
     */
    public static byte[] digest(byte[] separator, byte[] structHash) {
        return Keccak.hash(PREFIX, separator, structHash);
    }

    /** A number of at most 63 bits as an ABI word. */
    public static byte[] word(long number) {
        Nano.requireNotNegative(number, "number");
        return unsignedWord(number);
    }

    /** A number of 64 bits, those of an unsigned long, as an ABI word. */
    public static byte[] unsignedWord(long number) {
        return ByteBuffer.allocate(32).putLong(24, number).array();
    }
}
