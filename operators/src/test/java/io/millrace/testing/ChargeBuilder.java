package io.millrace.testing;

import io.millrace.admit.Price;
import io.millrace.admit.RequestPlace;
import io.millrace.infer.OutcomeStatus;
import io.millrace.meter.Charge;

/** A charge: a plain one of Alice's for an answer, or a copy, and what a test needs to differ. */
public final class ChargeBuilder {

    private String requestId = Fixtures.id("request");
    private int requesterAccount = 4;
    private String requesterAddress = Fixtures.ALICE;
    private long sequence = 1;
    private int providerAccount = 3;
    private String providerAddress = Fixtures.PROVIDER;
    private String model = Fixtures.MODEL;
    private long units = 100;
    private Price price = new Price(1_000_000, 1, 500);
    private long debitNano = 100;
    private long feeNano = 5;
    private OutcomeStatus status = OutcomeStatus.ANSWERED;
    private String outcome = Fixtures.id("outcome");
    private long admittedMillis = 1;
    private RequestPlace place = new RequestPlace(0, 2);

    private ChargeBuilder() {}

    public static ChargeBuilder charge() {
        return new ChargeBuilder();
    }

    /** Equal to {@code charge} so far. */
    public static ChargeBuilder like(Charge charge) {
        return new ChargeBuilder()
                .id(charge.requestId())
                .requester(charge.requesterAccount(), charge.requesterAddress())
                .sequence(charge.sequence())
                .provider(charge.providerAccount(), charge.providerAddress())
                .model(charge.model())
                .units(charge.units())
                .price(charge.price().nanoPerMillion(), charge.price().version())
                .feeBasisPoints(charge.price().feeBasisPoints())
                .amounts(charge.debitNano(), charge.feeNano())
                .status(charge.status())
                .outcome(charge.outcome())
                .admittedMillis(charge.admittedMillis())
                .at(charge.place().topicPartition(), charge.place().offset());
    }

    public ChargeBuilder id(String hash) {
        requestId = hash;
        return this;
    }

    public ChargeBuilder requester(int account, String address) {
        requesterAccount = account;
        requesterAddress = address;
        return this;
    }

    public ChargeBuilder sequence(long number) {
        sequence = number;
        return this;
    }

    public ChargeBuilder provider(int account, String address) {
        providerAccount = account;
        providerAddress = address;
        return this;
    }

    public ChargeBuilder model(String id) {
        model = id;
        return this;
    }

    public ChargeBuilder units(long tokens) {
        units = tokens;
        return this;
    }

    public ChargeBuilder price(long nanoPerMillion, int version) {
        price = new Price(nanoPerMillion, version, price.feeBasisPoints());
        return this;
    }

    public ChargeBuilder feeBasisPoints(int basisPoints) {
        price = new Price(price.nanoPerMillion(), price.version(), basisPoints);
        return this;
    }

    /** The provider is credited what the fee leaves of the debit. */
    public ChargeBuilder amounts(long debit, long fee) {
        debitNano = debit;
        feeNano = fee;
        return this;
    }

    public ChargeBuilder status(OutcomeStatus end) {
        status = end;
        return this;
    }

    public ChargeBuilder outcome(String digest) {
        outcome = digest;
        return this;
    }

    public ChargeBuilder admittedMillis(long millis) {
        admittedMillis = millis;
        return this;
    }

    public ChargeBuilder at(int topicPartition, long offset) {
        place = new RequestPlace(topicPartition, offset);
        return this;
    }

    public Charge build() {
        return new Charge(
                requestId,
                requesterAddress,
                requesterAccount,
                sequence,
                providerAddress,
                providerAccount,
                model,
                units,
                price,
                debitNano,
                debitNano - feeNano,
                feeNano,
                status,
                outcome,
                admittedMillis,
                place);
    }
}
