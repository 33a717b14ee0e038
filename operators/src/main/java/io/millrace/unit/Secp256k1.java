package io.millrace.unit;

import fr.acinq.secp256k1.Secp256k1Exception;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ECDSA on secp256k1 over 32-byte digests through the native library. Signatures are 65 bytes r ||
 * s || v with v 27 or 28 and s in the lower half of the order: exactly what the vault's chain would
 * accept (EIP-2), never wider.
 */
public final class Secp256k1 {

    /** Bytes of a signature. */
    public static final int SIGNATURE_BYTES = 65;

    private static final int COMPACT_BYTES = 64;

    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);
    private static final fr.acinq.secp256k1.Secp256k1 NATIVE = fr.acinq.secp256k1.Secp256k1.get();

    private Secp256k1() {}

    /**
     * Signs deterministically (RFC 6979).
     *
     * @throws IllegalArgumentException if the key is not a valid 32-byte private key
     */
    public static byte[] sign(byte[] digest, byte[] privateKey) {
        byte[] publicKey = publicKey(privateKey);
        byte[] signature = signUnchecked(digest, privateKey, publicKey);
        byte[] compact = Arrays.copyOf(signature, COMPACT_BYTES);
        if (!Arrays.equals(publicKey, recoverOrNull(compact, digest, signature[64] - 27))) {
            throw new IllegalStateException("signature does not recover to its own key");
        }
        return signature;
    }

    /**
     * The same with the key's public one at hand, as {@link #publicKey} gives it, for signatures
     * that somebody of ours recovers before they count. To recover takes more than twice the time
     * of signing, so v is found by looking at one of the two that it may be.
     */
    static byte[] signUnchecked(byte[] digest, byte[] privateKey, byte[] publicKey) {
        byte[] compact = NATIVE.sign(digest, privateKey, null);
        byte[] signature = Arrays.copyOf(compact, SIGNATURE_BYTES);
        boolean even = Arrays.equals(publicKey, recoverOrNull(compact, digest, 0));
        signature[64] = (byte) (even ? 27 : 28);
        return signature;
    }

    /**
     * Address that signed {@code digest}, or empty if the signature is malformed, malleable (high
     * s) or of nobody.
     */
    public static Optional<String> recover(byte[] digest, byte[] signature) {
        if (digest.length != 32 || signature.length != SIGNATURE_BYTES) {
            return Optional.empty();
        }
        int recovery = signature[64] - 27;
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        if (recovery < 0 || recovery > 1 || s.signum() == 0 || s.compareTo(HALF_ORDER) > 0) {
            return Optional.empty();
        }
        byte[] publicKey = recoverOrNull(Arrays.copyOf(signature, COMPACT_BYTES), digest, recovery);
        return publicKey == null
                ? Optional.empty()
                : Optional.of(EvmAddress.ofPublicKey(publicKey));
    }

    /** Address of a private key. */
    public static String address(byte[] privateKey) {
        return EvmAddress.ofPublicKey(publicKey(privateKey));
    }

    /** Public key of a private one, uncompressed. */
    static byte[] publicKey(byte[] privateKey) {
        return NATIVE.pubkeyCreate(requireKey(privateKey));
    }

    private static byte[] requireKey(byte[] privateKey) {
        if (privateKey.length != 32 || !NATIVE.secKeyVerify(privateKey)) {
            throw new IllegalArgumentException(
                    "not a secp256k1 private key: 32 bytes in 1..order-1 are needed");
        }
        return privateKey;
    }

    private static byte @Nullable [] recoverOrNull(byte[] compact, byte[] digest, int recovery) {
        try {
            return NATIVE.ecdsaRecover(compact, digest, recovery);
        } catch (Secp256k1Exception e) {
            return null; // r is not on the curve: a forged signature, which is data, not a fault
        }
    }
}
