package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.Optional;

/**
 * The EIP-712 struct a requester signs: {@code InferenceRequest(address requester,bytes32
 * model,bytes32 inputHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce)}, inputHash = keccak256
 * of the input's UTF-8 bytes, deadline in unix milliseconds. Its digest is the request's id.
 * Immutable, for any thread.
 */
public final class RequestSignature {

    private static final byte[] TYPE =
            Keccak.hashUtf8(
                    "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,"
                            + "uint64 maxFeeNano,uint64 deadline,uint64 nonce)");

    private final byte[] separator;

    /** For requests to the deployment that {@code domain} names. */
    public RequestSignature(Eip712Domain domain) {
        this.separator = requireNonNull(domain, "domain is null").separator();
    }

    /** What is signed, and the request's id; 32 bytes. Its signature plays no part. */
    public byte[] digest(InferenceRequest request) {
        return Eip712Domain.digest(
                separator,
                Keccak.hash(
                        TYPE,
                        EvmAddress.toWord(request.requester()),
                        Hex.decode(request.model(), 32),
                        Keccak.hashUtf8(request.input()),
                        Eip712Domain.unsignedWord(request.maxFeeNano()),
                        Eip712Domain.word(request.deadlineMillis()),
                        Eip712Domain.unsignedWord(request.nonce())));
    }

    /**
     * Who signed {@code digest}, or empty if {@code signature} is not one that the vault's chain
     * would accept.
     */
    public Optional<String> signer(byte[] digest, String signature) {
        if (signature.length() != 2 + 2 * Secp256k1.SIGNATURE_BYTES) {
            return Optional.empty();
        }
        return Secp256k1.recover(digest, Hex.decode(signature));
    }

    /**
     * A request signed by the owner of {@code key}, who becomes its requester. For clients.
     *
     * @param maxFeeNano nano-USD, uint64
     * @param nonce uint64
     */
    public InferenceRequest sign(
            String model,
            String input,
            long maxFeeNano,
            long deadlineMillis,
            long nonce,
            byte[] key) {
        String requester = Secp256k1.address(key);
        InferenceRequest unsigned =
                new InferenceRequest(
                        requester, model, input, maxFeeNano, deadlineMillis, nonce, "0x");
        return new InferenceRequest(
                requester,
                model,
                input,
                maxFeeNano,
                deadlineMillis,
                nonce,
                Hex.encode(Secp256k1.sign(digest(unsigned), key)));
    }
}
