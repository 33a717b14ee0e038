package io.millrace.meter;

import io.millrace.admit.BrokenBooksException;
import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Nano;

/**
 * What an outcome costs. An answer: units times price, rounded up once to one nano-USD; of that the
 * fee of its price, rounded down, to the treasury and the rest to the provider (M3). Anything else:
 * nothing, for no units (M1). Plain Java.
 */
final class ChargeRule {

    private final OutcomeSignature signatures;

    ChargeRule(Eip712Domain domain) {
        this.signatures = new OutcomeSignature(domain);
    }

    /**
     * The charge for {@code outcome}.
     *
     * @param outputHash of its output; 32 bytes
     * @throws IllegalStateException if the outcome is not signed by the provider it names; after a
     *     restart it is made and signed anew
     * @throws BrokenBooksException if it costs more than was reserved (M2)
     */
    Charge charge(Outcome outcome, byte[] outputHash, long sequence) {
        Terms terms = outcome.terms();
        byte[] digest = signatures.digest(outcome, outputHash);
        if (!signatures.isSigned(outcome, digest)) {
            throw new IllegalStateException(
                    ("outcome of %s is not signed by %s, who is to be paid as"
                                    + " provider %d; check that every TaskManager's provider key"
                                    + " belongs to its provider account")
                            .formatted(
                                    terms.requestId(),
                                    outcome.providerAddress(),
                                    outcome.providerAccount()));
        }
        int units = outcome.unitsCharged();
        long debitNano = Nano.feeRoundedUp(units, terms.price().nanoPerMillion());
        if (debitNano > terms.reservedNano()) {
            throw new BrokenBooksException(
                    "outcome of %s costs %d nano-USD but only %d were reserved (M2)"
                            .formatted(terms.requestId(), debitNano, terms.reservedNano()));
        }
        long feeNano = Nano.shareRoundedDown(debitNano, terms.price().feeBasisPoints());
        return new Charge(
                terms.requestId(),
                terms.requesterAddress(),
                terms.requesterAccount(),
                sequence,
                outcome.providerAddress(),
                outcome.providerAccount(),
                terms.model(),
                units,
                terms.price(),
                debitNano,
                Nano.subtract(debitNano, feeNano),
                feeNano,
                outcome.status(),
                Hex.encode(digest),
                terms.appendMillis(),
                terms.place());
    }
}
