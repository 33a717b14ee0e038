package io.millrace.watch.judge;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Fault;
import java.math.BigInteger;
import java.util.List;
import java.util.function.BiFunction;

/** A charge that somebody may object to, made of one that nobody can. */
record Falsified(String name, Fault fault, BiFunction<SampleStream, Charge, Charge> change) {

    /** Of every kind that one leaf shows, or one request. */
    static final List<Falsified> ALL =
            List.of(
                    new Falsified(
                            "debit",
                            Fault.WRONG_ARITHMETIC,
                            (stream, charge) ->
                                    amounts(
                                            charge,
                                            charge.debitNano().add(BigInteger.ONE),
                                            charge.creditNano().add(BigInteger.ONE),
                                            charge.feeNano())),
                    new Falsified(
                            "split",
                            Fault.WRONG_CREDITS,
                            (stream, charge) ->
                                    amounts(
                                            charge,
                                            charge.debitNano(),
                                            charge.creditNano().subtract(BigInteger.ONE),
                                            charge.feeNano().add(BigInteger.ONE))),
                    new Falsified(
                            "price",
                            Fault.WRONG_PRICE,
                            (stream, charge) -> {
                                BigInteger price =
                                        charge.priceNanoPerMillion().multiply(BigInteger.TWO);
                                long debit =
                                        (charge.units().longValue() * price.longValue() + 999_999)
                                                / 1_000_000;
                                return priced(charge, price, charge.priceVersion(), debit);
                            }),
                    new Falsified(
                            "old price",
                            Fault.WRONG_PRICE,
                            (stream, charge) ->
                                    priced(
                                            charge,
                                            BigInteger.valueOf(
                                                    charge.priceVersion() == 1
                                                            ? 30_000_001
                                                            : 20_000_000),
                                            3 - charge.priceVersion(),
                                            (charge.units().longValue()
                                                                    * (charge.priceVersion() == 1
                                                                            ? 30_000_001
                                                                            : 20_000_000)
                                                            + 999_999)
                                                    / 1_000_000)),
                    new Falsified(
                            "maximum",
                            Fault.OVERCHARGED,
                            (stream, charge) ->
                                    resigned(
                                            stream,
                                            charge,
                                            charge.model(),
                                            charge.debitNano().subtract(BigInteger.ONE),
                                            deadline(charge, 1))),
                    new Falsified(
                            "model",
                            Fault.WRONG_MODEL,
                            (stream, charge) ->
                                    resigned(
                                            stream,
                                            charge,
                                            SampleStream.MODELS.get(
                                                    1
                                                            - SampleStream.MODELS.indexOf(
                                                                    charge.model())),
                                            much(),
                                            deadline(charge, 1))),
                    new Falsified(
                            "deadline",
                            Fault.AFTER_DEADLINE,
                            (stream, charge) ->
                                    resigned(
                                            stream,
                                            charge,
                                            charge.model(),
                                            much(),
                                            deadline(charge, -1))));

    @Override
    public String toString() {
        return name;
    }

    static BigInteger much() {
        return BigInteger.valueOf(1_000_000);
    }

    static BigInteger deadline(Charge charge, long after) {
        return BigInteger.valueOf(charge.admittedMillis() + after);
    }

    static Charge resigned(
            SampleStream stream,
            Charge charge,
            String model,
            BigInteger maxFeeNano,
            BigInteger deadlineMillis) {
        Evidence signed =
                stream.sign(
                        charge.requesterAccount(),
                        charge.providerAccount(),
                        model,
                        charge.units(),
                        1,
                        maxFeeNano,
                        deadlineMillis);
        return named(stream, charge, signed);
    }

    static Charge named(SampleStream stream, Charge charge, Evidence signed) {
        return Charges.with(
                charge, signed.requestId(), stream.hashes.outcomeOf(signed), charge.sequence());
    }

    static Charge amounts(Charge charge, BigInteger debit, BigInteger credit, BigInteger fee) {
        return Charges.with(
                charge, charge.priceNanoPerMillion(), charge.priceVersion(), debit, credit, fee);
    }

    static Charge priced(Charge charge, BigInteger price, long version, long debit) {
        long fee =
                debit * (version == 1 ? SampleStream.FIRST_FEE : SampleStream.CHANGED_FEE) / 10_000;
        return Charges.with(
                charge,
                price,
                version,
                BigInteger.valueOf(debit),
                BigInteger.valueOf(debit - fee),
                BigInteger.valueOf(fee));
    }
}
