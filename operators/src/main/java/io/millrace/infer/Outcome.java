package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Objects;

/**
 * What inference gave for one task, signed by the provider that ran it. One per task, whatever
 * happened (M1).
 *
 * @param requestId and the fields down to offset: as in the Task
 * @param status how it ended
 * @param embedding pooled, L2-normalised float32 [dimension]; empty unless ANSWERED
 * @param detail for people, empty if answered
 * @param provider earning account that ran it
 * @param providerAddress its owner
 * @param providerSignature over the EIP-712 struct Outcome, 0x-hex of 65 bytes
 */
public record Outcome(
        String requestId,
        String requester,
        int account,
        String model,
        int units,
        long priceNanoPerMillion,
        int priceVersion,
        long reservedNano,
        long appendMillis,
        int topicPartition,
        long offset,
        OutcomeStatus status,
        float[] embedding,
        String detail,
        int provider,
        String providerAddress,
        String providerSignature) {

    /** Checks and copies. */
    public Outcome {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requester, "requester is null");
        requireNonNull(model, "model is null");
        requireNonNull(status, "status is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(providerAddress, "providerAddress is null");
        requireNonNull(providerSignature, "providerSignature is null");
        embedding = embedding.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcome o
                && requestId.equals(o.requestId)
                && requester.equals(o.requester)
                && account == o.account
                && model.equals(o.model)
                && units == o.units
                && priceNanoPerMillion == o.priceNanoPerMillion
                && priceVersion == o.priceVersion
                && reservedNano == o.reservedNano
                && appendMillis == o.appendMillis
                && topicPartition == o.topicPartition
                && offset == o.offset
                && status == o.status
                && Arrays.equals(embedding, o.embedding)
                && detail.equals(o.detail)
                && provider == o.provider
                && providerAddress.equals(o.providerAddress)
                && providerSignature.equals(o.providerSignature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(requestId, status, Arrays.hashCode(embedding), provider);
    }

    @Override
    public String toString() {
        return "Outcome["
                + requestId
                + " "
                + status
                + " units="
                + units
                + " provider="
                + provider
                + " "
                + detail
                + "]";
    }
}
