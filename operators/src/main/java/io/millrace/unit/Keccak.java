package io.millrace.unit;

import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** Keccak-256 as the EVM computes it (not NIST SHA3-256). One reused digest a thread. */
public final class Keccak {

    private static final ThreadLocal<KeccakDigest> DIGEST =
            ThreadLocal.withInitial(() -> new KeccakDigest(256));

    private Keccak() {}

    /** Hash of the concatenation of {@code parts}; 32 bytes. */
    public static byte[] hash(byte[]... parts) {
        KeccakDigest digest = DIGEST.get();
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] out = new byte[32];
        digest.doFinal(out, 0); // also resets
        return out;
    }

    /** Hash of the UTF-8 bytes of {@code text}; 32 bytes. */
    public static byte[] hashUtf8(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }
}
