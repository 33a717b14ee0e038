package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Terms;
import io.millrace.unit.Hex;
import java.util.Objects;

/**
 * What inference gave for one task, signed by the provider that ran it. One per task, whatever
 * happened (M1).
 *
 * @param terms of its task
 * @param status how it ended
 * @param numericClass in which of the ways of computing the output is exact, 0x-hex of 32 bytes:
 *     see {@link io.millrace.infer.device.NumericClass}
 * @param output what the model gave; nothing unless ANSWERED, and then for every text
 * @param detail for people, empty if answered
 * @param providerAccount earning account of who ran it
 * @param providerAddress whose key signs for it
 * @param providerSignature over the EIP-712 struct Outcome, 0x-hex of 65 bytes
 */
public record Outcome(
        Terms terms,
        OutcomeStatus status,
        String numericClass,
        Output output,
        String detail,
        int providerAccount,
        String providerAddress,
        String providerSignature) {

    /** Of a way of computing that nobody says: outcomes of before classes were told. */
    public static final String ANY_CLASS = Hex.ZERO_32;

    public Outcome {
        requireNonNull(terms, "terms is null");
        requireNonNull(status, "status is null");
        requireNonNull(numericClass, "numericClass is null");
        requireNonNull(output, "output is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(providerAddress, "providerAddress is null");
        requireNonNull(providerSignature, "providerSignature is null");
    }

    /** What is charged: an answer's units, and none of anything else. */
    public int unitsCharged() {
        return status == OutcomeStatus.ANSWERED ? terms.units() : 0;
    }

    /** With another signature. */
    Outcome signed(String signature) {
        return new Outcome(
                terms,
                status,
                numericClass,
                output,
                detail,
                providerAccount,
                providerAddress,
                signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcome o
                && terms.equals(o.terms)
                && status == o.status
                && numericClass.equals(o.numericClass)
                && output.equals(o.output)
                && detail.equals(o.detail)
                && providerAccount == o.providerAccount
                && providerAddress.equals(o.providerAddress)
                && providerSignature.equals(o.providerSignature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(terms, status, output, providerAccount);
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
