package io.millrace.chain.submit.fee;

import io.millrace.unit.Nano;

/**
 * What a transaction offers for gas (EIP-1559), or what the market asks.
 *
 * @param maxFeePerGasWei most it pays for a unit of gas, base fee and tip together
 * @param maxPriorityFeePerGasWei tip, part of the former
 */
public record Fees(long maxFeePerGasWei, long maxPriorityFeePerGasWei) {

    public Fees {
        Nano.requireNotNegative(maxPriorityFeePerGasWei, "maxPriorityFeePerGasWei");
        if (maxFeePerGasWei < maxPriorityFeePerGasWei) {
            throw new IllegalArgumentException(
                    "maxFeePerGas %d is below maxPriorityFeePerGas %d"
                            .formatted(maxFeePerGasWei, maxPriorityFeePerGasWei));
        }
    }
}
