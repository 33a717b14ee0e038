package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Terms;
import java.util.Arrays;
import java.util.Objects;

/**
 * What inference gave for one task, signed by the provider that ran it. One per task, whatever
 * happened (M1).
 *
 * @param terms of its task
 * @param status how it ended
 * @param embedding pooled, L2-normalised float32 [dimension]; empty unless ANSWERED
 * @param detail for people, empty if answered
 * @param providerAccount earning account of who ran it
 * @param providerAddress its owner
 * @param providerSignature over the EIP-712 struct Outcome, 0x-hex of 65 bytes
 */
public record Outcome(
        Terms terms,
        OutcomeStatus status,
        float[] embedding,
        String detail,
        int providerAccount,
        String providerAddress,
        String providerSignature) {

    /** Checks and copies. */
    public Outcome {
        requireNonNull(terms, "terms is null");
        requireNonNull(status, "status is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(providerAddress, "providerAddress is null");
        requireNonNull(providerSignature, "providerSignature is null");
        embedding = embedding.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcome o
                && terms.equals(o.terms)
                && status == o.status
                && Arrays.equals(embedding, o.embedding)
                && detail.equals(o.detail)
                && providerAccount == o.providerAccount
                && providerAddress.equals(o.providerAddress)
                && providerSignature.equals(o.providerSignature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(terms, status, Arrays.hashCode(embedding), providerAccount);
    }

    @Override
    public String toString() {
        return "Outcome["
                + terms.requestId()
                + " "
                + status
                + " units="
                + terms.units()
                + " providerAccount="
                + providerAccount
                + " "
                + detail
                + "]";
    }
}
