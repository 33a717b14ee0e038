package io.millrace.testing;

import io.millrace.admit.Candidate;
import io.millrace.admit.InferenceRequest;
import io.millrace.admit.Price;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.SignedTerms;
import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Nano;
import io.millrace.unit.Secp256k1;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    private List<String> inputs = List.of();
    private String query = "";
    private int units = 3;
    private Price price = new Price(1_000_000, 1, 0);
    private long feeNano = -1;
    private long deadlineMillis = 600_000;
    private long appendMillis = 1;
    private RequestPlace place = new RequestPlace(0, 2);

    private @Nullable SignedTerms signed;

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

    /** Of a list of texts. */
    public RequestBuilder inputs(List<String> texts, int tokens) {
        input = "";
        inputs = texts;
        units = tokens;
        return this;
    }

    /** What its list is ranked by. */
    public RequestBuilder query(String text) {
        query = text;
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

    /** What its requester signed: of others neither id nor signature fits the rest. */
    public RequestBuilder signed(InferenceRequest request) {
        requestId = Hex.encode(Fixtures.SIGNATURE.digest(request));
        requesterAddress = request.requester();
        model = request.model();
        input = request.input();
        inputs = request.inputs();
        query = request.query();
        deadlineMillis = request.deadlineMillis();
        signed =
                new SignedTerms(
                        inputHash(),
                        Hex.ZERO_32,
                        request.maxFeeNano(),
                        request.deadlineMillis(),
                        request.nonce(),
                        request.signature());
        return this;
    }

    public Candidate candidate() {
        return new Candidate(
                requestId,
                requesterAddress,
                model,
                input,
                inputs,
                query,
                units,
                price,
                fee(),
                deadlineMillis,
                appendMillis,
                place,
                signedTerms());
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
                place,
                signedTerms());
    }

    public Task task() {
        return new Task(terms(), input, inputs, query, deadlineMillis);
    }

    private SignedTerms signedTerms() {
        return signed != null
                ? signed
                : new SignedTerms(
                        inputHash(),
                        Hex.ZERO_32,
                        fee(),
                        deadlineMillis,
                        place.offset(),
                        Hex.encode(new byte[Secp256k1.SIGNATURE_BYTES]));
    }

    private String inputHash() {
        Stream<String> asked = query.isEmpty() ? Stream.of() : Stream.of(query);
        byte[][] hashes =
                Stream.concat(asked, inputs.stream()).map(Keccak::hashUtf8).toArray(byte[][]::new);
        return Hex.encode(inputs.isEmpty() ? Keccak.hashUtf8(input) : Keccak.hash(hashes));
    }

    private long fee() {
        return feeNano < 0 ? Nano.feeRoundedUp(units, price.nanoPerMillion()) : feeNano;
    }
}
