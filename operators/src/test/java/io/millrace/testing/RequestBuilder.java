package io.millrace.testing;

import io.millrace.admit.Candidate;
import io.millrace.admit.Price;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.unit.Nano;

/**
 * One request on its way, as whatever it has become: a plain one of Alice's, and what a test needs
 * to differ. Its fee is what its units cost, unless given.
 */
public final class RequestBuilder {

    private String requestId = Fixtures.id("request");
    private int requesterAccount = 4;
    private String requesterAddress = Fixtures.ALICE;
    private String model = Fixtures.MODEL;
    private String input = "some text";
    private int units = 3;
    private Price price = new Price(1_000_000, 1, 0);
    private long feeNano = -1;
    private long deadlineMillis = 600_000;
    private long appendMillis = 1;
    private RequestPlace place = new RequestPlace(0, 2);

    private RequestBuilder() {}

    public static RequestBuilder request() {
        return new RequestBuilder();
    }

    /** Its id is made of {@code name}. */
    public static RequestBuilder request(String name) {
        return new RequestBuilder().id(Fixtures.id(name));
    }

    public RequestBuilder id(String hash) {
        requestId = hash;
        return this;
    }

    public RequestBuilder requester(int account, String address) {
        requesterAccount = account;
        requesterAddress = address;
        return this;
    }

    public RequestBuilder model(String id) {
        model = id;
        return this;
    }

    public RequestBuilder input(String text, int tokens) {
        input = text;
        units = tokens;
        return this;
    }

    public RequestBuilder units(int tokens) {
        units = tokens;
        return this;
    }

    public RequestBuilder price(long nanoPerMillion, int version) {
        price = new Price(nanoPerMillion, version, price.feeBasisPoints());
        return this;
    }

    /** Of what it pays, for the treasury; nothing, unless given. */
    public RequestBuilder feeBasisPoints(int basisPoints) {
        price = new Price(price.nanoPerMillion(), price.version(), basisPoints);
        return this;
    }

    /** What its answer costs, and what is reserved for it. */
    public RequestBuilder feeNano(long nano) {
        feeNano = nano;
        return this;
    }

    public RequestBuilder deadlineMillis(long millis) {
        deadlineMillis = millis;
        return this;
    }

    public RequestBuilder appendMillis(long millis) {
        appendMillis = millis;
        return this;
    }

    public RequestBuilder at(int topicPartition, long offset) {
        place = new RequestPlace(topicPartition, offset);
        return this;
    }

    public Candidate candidate() {
        return new Candidate(
                requestId,
                requesterAddress,
                model,
                input,
                units,
                price,
                fee(),
                deadlineMillis,
                appendMillis,
                place);
    }

    public Terms terms() {
        return new Terms(
                requestId,
                requesterAddress,
                requesterAccount,
                model,
                units,
                price,
                fee(),
                appendMillis,
                place);
    }

    public Task task() {
        return new Task(terms(), input, deadlineMillis);
    }

    private long fee() {
        return feeNano < 0 ? Nano.feeRoundedUp(units, price.nanoPerMillion()) : feeNano;
    }
}
