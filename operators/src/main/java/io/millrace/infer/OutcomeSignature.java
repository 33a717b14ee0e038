package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.nio.ByteBuffer;

/**
 * The EIP-712 struct by which a provider vouches for an outcome: {@code Outcome(bytes32
 * requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash)}, where outputHash
 * is the keccak256 of the embedding's big-endian float32 bytes (of nothing, if there is no answer).
 * Immutable, for any thread.
 */
public final class OutcomeSignature {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,"
                            + "bytes32 outputHash)");

    private final byte[] separator;

    /** For outcomes of the deployment that {@code domain} names. */
    public OutcomeSignature(Eip712Domain domain) {
        this.separator = requireNonNull(domain, "domain is null").separator();
    }

    /** What is signed; 32 bytes. */
    public byte[] digest(
            String requestId,
            int providerAccount,
            long units,
            OutcomeStatus status,
            float[] embedding) {
        return digest(requestId, providerAccount, units, status.code(), embedding);
    }

    /** The same for any number as status: the shared vectors name some that no outcome has. */
    byte[] digest(
            String requestId, int providerAccount, long units, int status, float[] embedding) {
        return Eip712Domain.digest(
                separator,
                Keccak.hash(
                        TYPE,
                        Hex.decode(requestId, 32),
                        Eip712Domain.word(providerAccount),
                        Eip712Domain.word(units),
                        Eip712Domain.word(status),
                        outputHash(embedding)));
    }

    /** Signature of the provider whose private key is {@code key}, 0x-hex of 65 bytes. */
    public String sign(
            String requestId,
            int providerAccount,
            long units,
            OutcomeStatus status,
            float[] embedding,
            byte[] key) {
        return Hex.encode(
                Secp256k1.sign(digest(requestId, providerAccount, units, status, embedding), key));
    }

    /**
     * Whether {@code signature} over these fields is by {@code address}; false too if it is no
     * signature at all.
     */
    public boolean isBy(
            String address,
            String requestId,
            int providerAccount,
            long units,
            OutcomeStatus status,
            float[] embedding,
            String signature) {
        byte[] bytes;
        try {
            bytes = Hex.decode(signature, Secp256k1.SIGNATURE_BYTES);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return Secp256k1.recover(
                        digest(requestId, providerAccount, units, status, embedding), bytes)
                .filter(EvmAddress.canonical(address)::equals)
                .isPresent();
    }

    /** keccak256 of the big-endian float32 bytes of {@code embedding}; 32 bytes. */
    public static byte[] outputHash(float[] embedding) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * embedding.length);
        bytes.asFloatBuffer().put(embedding);
        return Keccak.hash(bytes.array());
    }
}
