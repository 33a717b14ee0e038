package io.millrace.watch.judge;

import io.millrace.audit.KafkaBooks.Charge;
import java.math.BigInteger;

/** Charges with some fields changed. */
final class Charges {

    private Charges() {}

    static Charge with(Charge of, String requestId, String outcome, long sequence) {
        return new Charge(
                requestId,
                of.requesterAddress(),
                of.requesterAccount(),
                sequence,
                of.providerAddress(),
                of.providerAccount(),
                of.model(),
                of.units(),
                of.priceNanoPerMillion(),
                of.priceVersion(),
                of.feeBasisPoints(),
                of.debitNano(),
                of.creditNano(),
                of.feeNano(),
                of.status(),
                outcome,
                of.admittedMillis(),
                of.at());
    }

    /** Run by another earning account. */
    static Charge by(Charge of, long providerAccount) {
        return new Charge(
                of.requestId(),
                of.requesterAddress(),
                of.requesterAccount(),
                of.sequence(),
                of.providerAddress(),
                providerAccount,
                of.model(),
                of.units(),
                of.priceNanoPerMillion(),
                of.priceVersion(),
                of.feeBasisPoints(),
                of.debitNano(),
                of.creditNano(),
                of.feeNano(),
                of.status(),
                of.outcome(),
                of.admittedMillis(),
                of.at());
    }

    static Charge with(
            Charge of,
            BigInteger priceNanoPerMillion,
            long priceVersion,
            BigInteger debitNano,
            BigInteger creditNano,
            BigInteger feeNano) {
        return new Charge(
                of.requestId(),
                of.requesterAddress(),
                of.requesterAccount(),
                of.sequence(),
                of.providerAddress(),
                of.providerAccount(),
                of.model(),
                of.units(),
                priceNanoPerMillion,
                priceVersion,
                of.feeBasisPoints(),
                debitNano,
                creditNano,
                feeNano,
                of.status(),
                of.outcome(),
                of.admittedMillis(),
                of.at());
    }
}
