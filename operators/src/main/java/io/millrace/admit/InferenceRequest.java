package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;

/**
 * A signed request as {@code InferenceRequest.schema.json} publishes it.
 *
 * @param requester who signs and pays, lower case
 * @param model id of the model, lower case
 * @param input text, every surrogate paired
 * @param maxFeeNano the most that may be charged, nano-USD
 * @param deadlineMillis unix ms after which no answer is wanted
 * @param nonce tells equal requests apart
 * @param signature over the other fields as claimed, 0x-hex
 */
public record InferenceRequest(
        String requester,
        String model,
        String input,
        long maxFeeNano,
        long deadlineMillis,
        long nonce,
        String signature) {

    /** Largest number of the wire form: what every JSON implementation holds exactly. */
    public static final long MAX_NUMBER = (1L << 53) - 1;

    /** Checks and canonicalises. */
    public InferenceRequest {
        requester = EvmAddress.canonical(requester);
        model = Hex.encode(Hex.decode(model, 32));
        requireNonNull(input, "input is null");
        requireNonNull(signature, "signature is null");
        requireInRange(maxFeeNano, "maxFeeNano");
        requireInRange(deadlineMillis, "deadline");
        requireInRange(nonce, "nonce");
    }

    private static void requireInRange(long number, String field) {
        if (number < 0 || number > MAX_NUMBER) {
            throw new IllegalArgumentException(field + " is " + number + ", give 0.." + MAX_NUMBER);
        }
    }
}
