package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.Price;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestSignature;
import io.millrace.admit.SignedTerms;
import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.infer.Output;
import io.millrace.meter.Charge;
import io.millrace.meter.Evidence;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Nano;

/**
 * What is honest in it: requesters sign what they ask, a provider signs what it answers, and it
 * costs what the registry says. The answers are no model's; nobody computes them again.
 */
final class Market {

    /** Tokens of every request. */
    static final int UNITS = 250;

    private static final Output ANSWER = Output.of(0.6f, 0.8f);
    private static final long TIME_TO_ANSWER_MILLIS = 600_000;
    private static final RequestPlace NOWHERE = new RequestPlace(0, 0);

    private final RequestSignature requests;
    private final OutcomeSignature outcomes;
    private final String model;
    private final Price price;
    private long admittedMillis;
    private long nonce;

    /**
     * On one deployment.
     *
     * @param price in force
     * @param admittedMillis unix time at which requests come, of which they get their nonces
     */
    Market(Eip712Domain domain, String model, Price price, long admittedMillis) {
        this.requests = new RequestSignature(domain);
        this.outcomes = new OutcomeSignature(domain);
        this.model = requireNonNull(model, "model is null");
        this.price = requireNonNull(price, "price is null");
        this.admittedMillis = admittedMillis;
        this.nonce = admittedMillis;
    }

    /** From now on requests come at {@code millis}, unix time. */
    void moveTo(long millis) {
        admittedMillis = millis;
    }

    /** What a request costs, nano-USD. */
    long feeNano() {
        return Nano.feeRoundedUp(UNITS, price.nanoPerMillion());
    }

    /** The price in force. */
    Price price() {
        return price;
    }

    /** Sells {@code requester} an answer of {@code provider}, who may charge {@code maxFeeNano}. */
    Sale sell(Party requester, Party provider, long maxFeeNano) {
        String text = "Call me Ishmael. " + nonce;
        InferenceRequest request =
                requests.sign(
                        model,
                        text,
                        maxFeeNano,
                        admittedMillis + TIME_TO_ANSWER_MILLIS,
                        nonce++,
                        requester.key());
        SignedTerms signed =
                new SignedTerms(
                        Hex.encode(Keccak.hashUtf8(text)),
                        Hex.ZERO_32,
                        maxFeeNano,
                        request.deadlineMillis(),
                        request.nonce(),
                        request.signature());
        Terms terms =
                new Terms(
                        Hex.encode(requests.digest(request)),
                        request.requester(),
                        requester.account(),
                        model,
                        UNITS,
                        price,
                        feeNano(),
                        admittedMillis,
                        NOWHERE,
                        signed);
        Outcome outcome =
                outcomes.sign(
                        new Outcome(
                                terms,
                                OutcomeStatus.ANSWERED,
                                Outcome.ANY_CLASS,
                                ANSWER,
                                "",
                                provider.account(),
                                provider.address(),
                                ""),
                        provider.key());
        return new Sale(charge(outcome), evidence(outcome, signed));
    }

    private Charge charge(Outcome outcome) {
        Terms terms = outcome.terms();
        long feeNano = Nano.shareRoundedDown(feeNano(), price.feeBasisPoints());
        return new Charge(
                terms.requestId(),
                terms.requesterAddress(),
                terms.requesterAccount(),
                1,
                outcome.providerAddress(),
                outcome.providerAccount(),
                model,
                UNITS,
                price,
                feeNano(),
                Nano.subtract(feeNano(), feeNano),
                feeNano,
                outcome.status(),
                Hex.encode(outcomes.digest(outcome)),
                admittedMillis,
                NOWHERE);
    }

    private Evidence evidence(Outcome outcome, SignedTerms signed) {
        Terms terms = outcome.terms();
        return new Evidence(
                terms.requestId(),
                terms.requesterAddress(),
                model,
                signed,
                outcome.providerAccount(),
                UNITS,
                outcome.status(),
                Hex.encode(OutcomeSignature.outputHash(outcome.output())),
                outcome.numericClass(),
                outcome.providerSignature());
    }
}
