package io.millrace.unit;

/**
 * A private key for many signatures: its public key, by which a signature's v is found, is derived
 * once, and no signature is checked here, as metering recovers each before it pays for it. The key
 * stays inside. For any thread.
 */
public final class SigningKey {

    private final byte[] privateKey;
    private final byte[] publicKey;

    /**
     * Of a private key, which is copied.
     *
     * @throws IllegalArgumentException if it is not a valid 32-byte private key
     */
    public SigningKey(byte[] privateKey) {
        this.privateKey = privateKey.clone();
        this.publicKey = Secp256k1.publicKey(this.privateKey);
    }

    /** Its address. */
    public String address() {
        return EvmAddress.ofPublicKey(publicKey);
    }

    /** As {@link Secp256k1#sign} with this key: the same bytes. */
    public byte[] sign(byte[] digest) {
        return Secp256k1.signUnchecked(digest, privateKey, publicKey);
    }

    @Override
    public String toString() {
        return "key of " + address();
    }
}
