package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;
import java.util.List;

/**
 * A request that is valid by itself: signed by its requester, its model priced, its input counted.
 * Whether it is new and funded, {@link AdmitFunction} knows. Fields as in {@link Terms} and {@link
 * Task}.
 *
 * @param feeNano what an answer costs
 */
public record Candidate(
        String requestId,
        String requesterAddress,
        String model,
        String input,
        List<String> inputs,
        String query,
        int units,
        Price price,
        long feeNano,
        long deadlineMillis,
        long appendMillis,
        RequestPlace place,
        SignedTerms signed) {

    public Candidate {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requesterAddress, "requesterAddress is null");
        requireNonNull(model, "model is null");
        requireNonNull(input, "input is null");
        inputs = List.copyOf(inputs);
        requireNonNull(query, "query is null");
        requireNonNull(price, "price is null");
        requireNonNull(place, "place is null");
        requireNonNull(signed, "signed is null");
        Nano.requireNotNegative(feeNano, "feeNano");
    }

    Task admitted(int requesterAccount) {
        Terms terms =
                new Terms(
                        requestId,
                        requesterAddress,
                        requesterAccount,
                        model,
                        units,
                        price,
                        feeNano,
                        appendMillis,
                        place,
                        signed);
        return new Task(terms, input, inputs, query, deadlineMillis);
    }

    Rejection refused(RejectReason reason, String message) {
        return new Rejection(place, appendMillis, requestId, requesterAddress, reason, message);
    }
}
