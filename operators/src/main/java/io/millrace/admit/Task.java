package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;

/**
 * An admitted request: validated, funded, its fee reserved. Exactly one charge follows it (M1).
 *
 * @param requestId EIP-712 digest
 * @param requester lower-case address
 * @param account its spending account
 * @param model id
 * @param input text
 * @param units tokens counted by the model's own tokenizer
 * @param priceNanoPerMillion nano-USD per million units in force at append time, with its version
 * @param reservedNano the fee that was reserved: what an answer costs
 * @param deadlineMillis unix ms after which no answer is wanted
 * @param appendMillis broker append time of the request
 * @param topicPartition and offset: where the request lies in Kafka
 */
public record Task(
        String requestId,
        String requester,
        int account,
        String model,
        String input,
        int units,
        long priceNanoPerMillion,
        int priceVersion,
        long reservedNano,
        long deadlineMillis,
        long appendMillis,
        int topicPartition,
        long offset) {

    public Task {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requester, "requester is null");
        requireNonNull(model, "model is null");
        requireNonNull(input, "input is null");
        Nano.requireNotNegative(reservedNano, "reservedNano");
    }
}
