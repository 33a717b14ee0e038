package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;
import org.jspecify.annotations.Nullable;

/**
 * What admission fixed for one request: who pays, for how much of which model, at what price. It
 * goes with the task and, without the text, with its outcome.
 *
 * @param requestId EIP-712 digest
 * @param requesterAddress who signed, lower case
 * @param requesterAccount its spending account
 * @param model id
 * @param units tokens counted by the model's own tokenizer
 * @param price in force at append time
 * @param reservedNano the fee that was reserved: what an answer costs
 * @param appendMillis broker append time of the request
 * @param place where the request lies in Kafka
 * @param signed what the requester signed besides; null of a task from a state that was written
 *     when it did not travel with the task: there is no evidence of its charge
 */
public record Terms(
        String requestId,
        String requesterAddress,
        int requesterAccount,
        String model,
        int units,
        Price price,
        long reservedNano,
        long appendMillis,
        RequestPlace place,
        @Nullable SignedTerms signed) {

    public Terms {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requesterAddress, "requesterAddress is null");
        requireNonNull(model, "model is null");
        requireNonNull(price, "price is null");
        requireNonNull(place, "place is null");
        Nano.requireNotNegative(reservedNano, "reservedNano");
    }
}
