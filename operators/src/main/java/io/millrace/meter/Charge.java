package io.millrace.meter;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Price;
import io.millrace.admit.RequestPlace;
import io.millrace.infer.OutcomeStatus;
import io.millrace.unit.Nano;

/**
 * What one request costs, double entry (M3): the requester's debit is the provider's credit plus
 * the protocol fee. Emitted once per admitted task (M1), sealed as a receipt by settle.
 *
 * @param requestId EIP-712 digest
 * @param requesterAddress who signed
 * @param requesterAccount its spending account
 * @param sequence contiguous per requester, from 1
 * @param providerAddress who ran it
 * @param providerAccount its earning account
 * @param model id
 * @param units metered tokens
 * @param price fixed at admission
 * @param debitNano nano-USD, 0 unless answered, never above what was reserved (M2)
 * @param creditNano what the provider earns of it
 * @param feeNano what the treasury earns of it
 * @param status how it ended
 * @param outcome EIP-712 digest of the Outcome that the provider signed
 * @param admittedMillis broker append time of the request
 * @param place where the request lies in Kafka
 */
public record Charge(
        String requestId,
        String requesterAddress,
        int requesterAccount,
        long sequence,
        String providerAddress,
        int providerAccount,
        String model,
        long units,
        Price price,
        long debitNano,
        long creditNano,
        long feeNano,
        OutcomeStatus status,
        String outcome,
        long admittedMillis,
        RequestPlace place) {

    public Charge {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requesterAddress, "requesterAddress is null");
        requireNonNull(providerAddress, "providerAddress is null");
        requireNonNull(model, "model is null");
        requireNonNull(price, "price is null");
        requireNonNull(status, "status is null");
        requireNonNull(outcome, "outcome is null");
        requireNonNull(place, "place is null");
        Nano.requireNotNegative(creditNano, "creditNano of " + requestId);
        Nano.requireNotNegative(feeNano, "feeNano of " + requestId);
        if (debitNano != Nano.add(creditNano, feeNano)) {
            throw new IllegalArgumentException(
                    "unbalanced charge %s: debit %d, credit %d, fee %d"
                            .formatted(requestId, debitNano, creditNano, feeNano));
        }
    }
}
