package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Price;
import io.millrace.admit.SignedTerms;
import io.millrace.meter.Charge;
import io.millrace.meter.Evidence;
import io.millrace.unit.Hex;
import io.millrace.unit.Nano;
import io.millrace.unit.Secp256k1;

/**
 * One answered request as its settler charges it, and what its parties have signed. Honest as it
 * comes from the {@link Market}; each method gives the same sale with one thing falsified.
 */
record Sale(Charge charge, Evidence evidence) {

    Sale {
        requireNonNull(charge, "charge is null");
        requireNonNull(evidence, "evidence is null");
    }

    /** Charged as number {@code sequence} of its account. */
    Charge numbered(long sequence) {
        return charge(charge.requesterAccount(), sequence, charge.price(), charge.debitNano(), 0);
    }

    /** Debited from another account than the requester's. */
    Sale debitedFrom(Party other) {
        return with(charge(other.account(), 1, charge.price(), charge.debitNano(), 0));
    }

    /** At another price, with all that follows from it. */
    Sale at(Price price) {
        long debitNano = Nano.feeRoundedUp(charge.units(), price.nanoPerMillion());
        return with(charge(charge.requesterAccount(), 1, price, debitNano, 0));
    }

    /** With {@code nano} of the provider's credit given to the treasury. */
    Sale skimmedBy(long nano) {
        return with(charge(charge.requesterAccount(), 1, charge.price(), charge.debitNano(), nano));
    }

    /** With a request that its requester never signed. */
    Sale requestSignedBy(byte[] key) {
        SignedTerms request = evidence.request();
        SignedTerms signed =
                new SignedTerms(
                        request.inputHash(),
                        request.optionsHash(),
                        request.maxFeeNano(),
                        request.deadlineMillis(),
                        request.nonce(),
                        signature(evidence.requestId(), key));
        return new Sale(charge, evidence(signed, evidence.providerSignature()));
    }

    /** With an outcome that its provider never signed. */
    Sale outcomeSignedBy(byte[] key) {
        return new Sale(charge, evidence(evidence.request(), signature(charge.outcome(), key)));
    }

    private static String signature(String digest, byte[] key) {
        return Hex.encode(Secp256k1.sign(Hex.decode(digest, 32), key));
    }

    private Sale with(Charge other) {
        return new Sale(other, evidence);
    }

    private Evidence evidence(SignedTerms request, String providerSignature) {
        return new Evidence(
                evidence.requestId(),
                evidence.requesterAddress(),
                evidence.model(),
                request,
                evidence.providerAccount(),
                evidence.units(),
                evidence.status(),
                evidence.outputHash(),
                evidence.numericClass(),
                providerSignature);
    }

    private Charge charge(
            int account, long sequence, Price price, long debitNano, long skimmedNano) {
        boolean same = debitNano == charge.debitNano();
        long dueNano =
                same ? charge.feeNano() : Nano.shareRoundedDown(debitNano, price.feeBasisPoints());
        long feeNano = Nano.add(dueNano, skimmedNano);
        return new Charge(
                charge.requestId(),
                charge.requesterAddress(),
                account,
                sequence,
                charge.providerAddress(),
                charge.providerAccount(),
                charge.model(),
                charge.units(),
                price,
                debitNano,
                Nano.subtract(debitNano, feeNano),
                feeNano,
                charge.status(),
                charge.outcome(),
                charge.admittedMillis(),
                charge.place());
    }
}
