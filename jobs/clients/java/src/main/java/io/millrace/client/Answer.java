package io.millrace.client;

import java.time.Instant;
import java.util.List;

/**
 * An answer, signed by its provider.
 *
 * @param embedding float32
 * @param units that are charged: tokens
 * @param debitNano what it costs, nano-USD
 * @param asked when, by this machine's clock: older records need not be read for its receipt
 */
public record Answer(
        String requestId,
        List<Float> embedding,
        long units,
        long debitNano,
        Provider provider,
        Instant asked) {

    /** Copies. */
    public Answer {
        embedding = List.copyOf(embedding);
    }

    /**
     * Who answered.
     *
     * @param account its earning account
     * @param address whose key has signed
     * @param numericClass in which of the ways of computing the vector is exact
     * @param signature of the EIP-712 struct Outcome: 65 bytes
     */
    public record Provider(long account, String address, String numericClass, String signature) {}
}
