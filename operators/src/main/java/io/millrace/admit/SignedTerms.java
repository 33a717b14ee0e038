package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Hex;

/**
 * What a requester signed, besides its address and the model, and its signature: with it anybody
 * can prove that the request was asked for.
 *
 * @param inputHash of what is asked, 0x-hex of 32 bytes
 * @param optionsHash 0x-hex of 32 bytes, zero if no options were sent
 * @param maxFeeNano the most that may be charged, nano-USD: uint64, to be compared as unsigned
 * @param deadlineMillis unix ms after which no answer is wanted
 * @param nonce tells equal requests apart: uint64
 * @param signature over the EIP-712 struct InferenceRequest, 0x-hex of 65 bytes
 */
public record SignedTerms(
        String inputHash,
        String optionsHash,
        long maxFeeNano,
        long deadlineMillis,
        long nonce,
        String signature) {

    public SignedTerms {
        requireNonNull(inputHash, "inputHash is null");
        requireNonNull(optionsHash, "optionsHash is null");
        requireNonNull(signature, "signature is null");
    }

    /** Of a request whose signature has been verified. */
    static SignedTerms of(InferenceRequest request, byte[] inputHash) {
        return new SignedTerms(
                Hex.encode(inputHash),
                Hex.ZERO_32,
                request.maxFeeNano(),
                request.deadlineMillis(),
                request.nonce(),
                Hex.encode(Hex.decode(request.signature())));
    }
}
