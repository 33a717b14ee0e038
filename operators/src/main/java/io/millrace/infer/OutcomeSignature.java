package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import io.millrace.unit.SigningKey;
import java.nio.ByteBuffer;

/**
 * The EIP-712 struct by which a provider vouches for an outcome: {@code Outcome(bytes32
 * requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,bytes32
 * numericClass)}, where units are those charged. outputHash of one text is the keccak256 of the
 * big-endian float32 bytes of its vector: the embedding; or the scores of a classification in the
 * order of the manifest's labels, which the model's id fixes; or the one score of a re-ranking. Of
 * a list it is the keccak256 of the concatenated keccak256 of each text's, in their order, so that
 * one can be shown to be signed without the others; without an answer that of nothing. Immutable,
 * for any thread.
 */
public final class OutcomeSignature {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,"
                            + "bytes32 outputHash,bytes32 numericClass)");

    private final byte[] separator;

    /** For outcomes of the deployment that {@code domain} names. */
    public OutcomeSignature(Eip712Domain domain) {
        this.separator = requireNonNull(domain, "domain is null").separator();
    }

    /** What the provider of {@code outcome} signs; 32 bytes. Its signature plays no part. */
    public byte[] digest(Outcome outcome) {
        return digest(outcome, outputHash(outcome.output()));
    }

    /** The same with the hash of its output, where that is known. */
    public byte[] digest(Outcome outcome, byte[] outputHash) {
        return digest(
                outcome.terms().requestId(),
                outcome.providerAccount(),
                outcome.unitsCharged(),
                outcome.status().code(),
                outputHash,
                outcome.numericClass());
    }

    /** The same for any numbers: the shared vectors name some that no outcome has. */
    public byte[] digest(
            String requestId,
            int providerAccount,
            long units,
            int status,
            byte[] outputHash,
            String numericClass) {
        return Eip712Domain.digest(
                separator,
                Keccak.hash(
                        TYPE,
                        Hex.decode(requestId, 32),
                        Eip712Domain.word(providerAccount),
                        Eip712Domain.word(units),
                        Eip712Domain.word(status),
                        outputHash,
                        Hex.decode(numericClass, 32)));
    }

    /** The outcome with the signature of the provider whose private key is {@code key}. */
    public Outcome sign(Outcome unsigned, byte[] key) {
        return sign(unsigned, new SigningKey(key));
    }

    /** The same with a key that signs often. */
    public Outcome sign(Outcome unsigned, SigningKey key) {
        return unsigned.signed(Hex.encode(key.sign(digest(unsigned))));
    }

    /**
     * Whether the signature of {@code outcome} over {@code digest} is its provider's; false too if
     * it is no signature at all.
     */
    public boolean isSigned(Outcome outcome, byte[] digest) {
        byte[] bytes;
        try {
            bytes = Hex.decode(outcome.providerSignature(), Secp256k1.SIGNATURE_BYTES);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return Secp256k1.recover(digest, bytes)
                .filter(EvmAddress.canonical(outcome.providerAddress())::equals)
                .isPresent();
    }

    /** What stands for {@code output} in the signed struct, as the class says; 32 bytes. */
    public static byte[] outputHash(Output output) {
        byte[][] hashes = new byte[output.vectors().size()][];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = vectorHash(output.vectors().get(i));
        }
        return output.list() || hashes.length == 0 ? Keccak.hash(hashes) : hashes[0];
    }

    /** keccak256 of the big-endian float32 bytes of {@code vector}; 32 bytes. */
    public static byte[] vectorHash(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
        bytes.asFloatBuffer().put(vector);
        return Keccak.hash(bytes.array());
    }
}
