package io.millrace.client;

import java.time.Instant;
import java.util.List;

/**
 * An answer, signed by its provider.
 *
 * @param list whether a list of texts was asked, and be it of one
 * @param embeddings float32, one a text, in their order
 * @param units that are charged: tokens
 * @param debitNano what it costs, nano-USD
 * @param asked when, by this machine's clock: older records need not be read for its receipt
 */
public record Answer(
        String requestId,
        boolean list,
        List<List<Float>> embeddings,
        long units,
        long debitNano,
        Provider provider,
        Instant asked) {

    /** Copies. */
    public Answer {
        embeddings = embeddings.stream().map(List::copyOf).toList();
    }

    /** Of the text that was asked; of a list the first one's. */
    public List<Float> embedding() {
        return embeddings.get(0);
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
