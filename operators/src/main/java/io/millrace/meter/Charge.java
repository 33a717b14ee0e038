package io.millrace.meter;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.OutcomeStatus;
import io.millrace.unit.Nano;

/**
 * What one request costs, double entry (M3): the requester's debit is the provider's credit plus
 * the protocol fee. Emitted once per admitted task (M1), sealed as a receipt by settle.
 *
 * @param requestId EIP-712 digest
 * @param requester its address
 * @param account its spending account
 * @param sequence contiguous per requester, from 1
 * @param provider earning account
 * @param providerAddress its owner
 * @param units metered tokens
 * @param priceNanoPerMillion nano-USD per million units, with its registry version
 * @param debitNano nano-USD, 0 unless answered, never above what was reserved (M2)
 * @param topicPartition and offset: where the request lies in Kafka
 */
public record Charge(
        String requestId,
        String requester,
        int account,
        long sequence,
        int provider,
        String providerAddress,
        String model,
        long units,
        long priceNanoPerMillion,
        int priceVersion,
        long debitNano,
        long creditNano,
        long feeNano,
        OutcomeStatus status,
        int topicPartition,
        long offset) {

    public Charge {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requester, "requester is null");
        requireNonNull(providerAddress, "providerAddress is null");
        requireNonNull(model, "model is null");
        requireNonNull(status, "status is null");
        Nano.requireNotNegative(creditNano, "creditNano of " + requestId);
        Nano.requireNotNegative(feeNano, "feeNano of " + requestId);
        if (debitNano != Nano.add(creditNano, feeNano)) {
            throw new IllegalArgumentException(
                    "unbalanced charge "
                            + requestId
                            + ": debit "
                            + debitNano
                            + ", credit "
                            + creditNano
                            + ", fee "
                            + feeNano);
        }
    }
}
