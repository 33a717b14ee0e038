package io.millrace.meter;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.SignedTerms;
import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeStatus;
import io.millrace.unit.Hex;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind a charge: what its requester signed and what its provider signed. Hashes,
 * addresses and signatures are lower-case 0x-hex.
 *
 * @param requestId EIP-712 digest of what the requester signed
 * @param requesterAddress who signed it
 * @param model id
 * @param request the rest of what the requester signed
 * @param providerAccount earning account of who ran it
 * @param units charged tokens
 * @param status how it ended
 * @param outputHash of what the model gave, as {@link io.millrace.infer.OutcomeSignature} says
 * @param numericClass in which of the ways of computing the answer is exact
 * @param providerSignature over the EIP-712 struct Outcome, 65 bytes
 */
public record Evidence(
        String requestId,
        String requesterAddress,
        String model,
        SignedTerms request,
        int providerAccount,
        long units,
        OutcomeStatus status,
        String outputHash,
        String numericClass,
        String providerSignature) {

    public Evidence {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requesterAddress, "requesterAddress is null");
        requireNonNull(model, "model is null");
        requireNonNull(request, "request is null");
        requireNonNull(status, "status is null");
        requireNonNull(outputHash, "outputHash is null");
        requireNonNull(numericClass, "numericClass is null");
        requireNonNull(providerSignature, "providerSignature is null");
    }

    /**
     * Of {@code outcome}, or null if its task comes from a state that was written when what the
     * requester signed did not go with it.
     *
     * @param outputHash of its output; 32 bytes
     */
    public static @Nullable Evidence of(Outcome outcome, byte[] outputHash) {
        Terms terms = outcome.terms();
        SignedTerms signed = terms.signed();
        if (signed == null) {
            return null;
        }
        return new Evidence(
                terms.requestId(),
                terms.requesterAddress(),
                terms.model(),
                signed,
                outcome.providerAccount(),
                outcome.unitsCharged(),
                outcome.status(),
                Hex.encode(outputHash),
                outcome.numericClass(),
                outcome.providerSignature());
    }
}
