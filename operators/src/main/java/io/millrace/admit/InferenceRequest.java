package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.util.List;

/**
 * A signed request as {@code InferenceRequest.schema.json} publishes it.
 *
 * @param requester who signs and pays, lower case
 * @param model id of the model, lower case
 * @param input text, every surrogate paired; empty if a list of texts was sent
 * @param inputs that list; empty if one text was sent
 * @param query what the texts of the list are ranked by; empty if none was sent
 * @param maxFeeNano the most that may be charged, nano-USD: uint64, to be compared as unsigned
 * @param deadlineMillis unix ms after which no answer is wanted
 * @param nonce tells equal requests apart: uint64
 * @param signature over the other fields as claimed, 0x-hex
 */
public record InferenceRequest(
        String requester,
        String model,
        String input,
        List<String> inputs,
        String query,
        long maxFeeNano,
        long deadlineMillis,
        long nonce,
        String signature) {

    /**
     * Most texts of a list. Longer ones are of the published form too, and refused as {@code
     * TOO_MANY_TEXTS}.
     */
    public static final int MAX_TEXTS = 128;

    /**
     * Largest number that the wire form writes as one: what every JSON implementation holds
     * exactly. Beyond it a uint64 is a text of decimal digits.
     */
    public static final long MAX_NUMBER = (1L << 53) - 1;

    /** Checks and canonicalises. */
    public InferenceRequest {
        requester = EvmAddress.canonical(requester);
        model = Hex.encode(Hex.decode(model, 32));
        requireNonNull(input, "input is null");
        inputs = List.copyOf(inputs);
        requireNonNull(query, "query is null");
        if (!query.isEmpty() && inputs.isEmpty()) {
            throw new IllegalArgumentException("a query ranks a list of texts, give one");
        }
        requireNonNull(signature, "signature is null");
        if (deadlineMillis < 0 || deadlineMillis > MAX_NUMBER) {
            throw new IllegalArgumentException(
                    "deadline is " + deadlineMillis + ", give 0.." + MAX_NUMBER);
        }
    }

    /** A request for one text, no list. */
    public InferenceRequest(
            String requester,
            String model,
            String input,
            long maxFeeNano,
            long deadlineMillis,
            long nonce,
            String signature) {
        this(requester, model, input, List.of(), "", maxFeeNano, deadlineMillis, nonce, signature);
    }

    /** Whether a list of texts was sent, and be it of one. */
    public boolean isList() {
        return !inputs.isEmpty();
    }

    /** What is asked for: the list, or the one text. */
    public List<String> texts() {
        return isList() ? inputs : List.of(input);
    }

    /** Whether a query was sent. */
    public boolean hasQuery() {
        return !query.isEmpty();
    }

    /** The same request with another signature. */
    public InferenceRequest signed(String otherSignature) {
        return new InferenceRequest(
                requester,
                model,
                input,
                inputs,
                query,
                maxFeeNano,
                deadlineMillis,
                nonce,
                otherSignature);
    }

    /** Whether {@code feeNano} is no more than the requester signed (M2). */
    boolean covers(long feeNano) {
        return Long.compareUnsigned(feeNano, maxFeeNano) <= 0;
    }
}
