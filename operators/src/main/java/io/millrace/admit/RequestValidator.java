package io.millrace.admit;

import io.millrace.unit.Hex;
import io.millrace.unit.Nano;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a request that needs no state of its requester, cheapest checks first: form,
 * model, deadline, size, signature, task, tokens, fee. Plain Java, confined to one thread. Opens a
 * tokenizer when its model is first asked for, which may be long after the start.
 */
final class RequestValidator implements AutoCloseable {

    /** The registry as far as its finalised events are known. */
    @FunctionalInterface
    interface Registry {
        /** The listing of {@code model}, or null. */
        @Nullable ModelListing find(String model) throws Exception;
    }

    private final AdmitOptions options;
    private final TokenCounter.Factory factory;
    private final RequestCodec codec;
    private final RequestSignature signature;
    private final Map<String, TokenCounter> counters = new HashMap<>();

    RequestValidator(AdmitOptions options, TokenCounter.Factory factory) {
        this.options = options;
        this.factory = factory;
        factory.look();
        this.codec = new RequestCodec(options.maxRecordBytes());
        this.signature = new RequestSignature(options.domain());
    }

    Verdict validate(RequestRecord record, Registry registry) throws Exception {
        Decoded decoded = codec.decode(record.value());
        if (decoded instanceof Decoded.Refused refused) {
            return refuse(
                    record, null, refused.requesterAddress(), refused.reason(), refused.message());
        }
        InferenceRequest request = ((Decoded.Request) decoded).request();
        byte[] inputHash = RequestSignature.inputHash(request);
        byte[] digest = signature.digest(request, inputHash);
        String requestId = Hex.encode(digest);

        ModelListing listing = registry.find(request.model());
        Price price = listing == null ? null : listing.priceAt(record.appendMillis());
        Refusal refusal = checkTexts(request);
        refusal = refusal != null ? refusal : checkModel(request, listing, price);
        refusal = refusal != null ? refusal : checkDeadline(request, record.appendMillis());
        refusal = refusal != null ? refusal : checkLength(request);
        refusal = refusal != null ? refusal : checkSigner(request, digest);
        if (refusal != null || price == null) {
            Refusal why = refusal != null ? refusal : unpriced(request);
            return refuse(record, requestId, request.requester(), why.reason(), why.message());
        }
        return price(record, request, inputHash, requestId, price);
    }

    @Override
    public void close() {
        counters.values().forEach(TokenCounter::close);
        counters.clear();
    }

    private Verdict price(
            RequestRecord record,
            InferenceRequest request,
            byte[] inputHash,
            String requestId,
            Price price) {
        TokenCounter counter = counter(request.model());
        if (counter == null) {
            Refusal why = unserved(request);
            return refuse(record, requestId, request.requester(), why.reason(), why.message());
        }
        Refusal refusal = checkTask(request, counter.task());
        int units = 0;
        for (int i = 0; refusal == null && i < request.texts().size(); i++) {
            String text = request.texts().get(i);
            int tokens =
                    request.hasQuery() ? counter.count(request.query(), text) : counter.count(text);
            refusal = checkTokens(request, i, tokens, counter.maxTokens());
            units = Math.addExact(units, tokens);
        }
        long feeNano = Nano.feeRoundedUp(units, price.nanoPerMillion());
        refusal = refusal != null ? refusal : checkFee(request, units, feeNano);
        if (refusal != null) {
            return refuse(
                    record, requestId, request.requester(), refusal.reason(), refusal.message());
        }
        return new Verdict.Valid(
                new Candidate(
                        requestId,
                        request.requester(),
                        request.model(),
                        request.input(),
                        request.inputs(),
                        request.query(),
                        units,
                        price,
                        feeNano,
                        request.deadlineMillis(),
                        record.appendMillis(),
                        record.place(),
                        SignedTerms.of(request, inputHash)));
    }

    private @Nullable TokenCounter counter(String model) {
        TokenCounter counter = counters.get(model);
        if (counter == null) {
            try {
                counter = factory.open(model);
            } catch (IllegalArgumentException e) {
                return null; // the factory has told why
            }
            counters.put(model, counter);
        }
        return counter;
    }

    /** No requests for {@code model} are expected any more. */
    void forget(String model) {
        TokenCounter counter = counters.remove(model);
        if (counter != null) {
            counter.close();
        }
    }

    private record Refusal(RejectReason reason, String message) {}

    private static @Nullable Refusal checkTexts(InferenceRequest request) {
        int texts = request.texts().size();
        return texts <= InferenceRequest.MAX_TEXTS
                ? null
                : new Refusal(
                        RejectReason.TOO_MANY_TEXTS,
                        "the input is a list of "
                                + texts
                                + " texts and a request may have "
                                + InferenceRequest.MAX_TEXTS
                                + "; sign several requests");
    }

    private static @Nullable Refusal checkTask(InferenceRequest request, ModelTask task) {
        if (request.hasQuery() == task.takesQuery()) {
            return null;
        }
        String model = "model " + request.model() + " is for " + task.wireName();
        return request.hasQuery()
                ? new Refusal(
                        RejectReason.QUERY_UNEXPECTED,
                        model + " and takes no query; leave it away, or name a re-ranker")
                : new Refusal(
                        RejectReason.QUERY_MISSING,
                        model + ", which takes a query and a list of texts; sign both");
    }

    private static @Nullable Refusal checkTokens(
            InferenceRequest request, int text, int tokens, int maxTokens) {
        return tokens <= maxTokens
                ? null
                : new Refusal(
                        RejectReason.INPUT_TOO_LONG,
                        name(request, text)
                                + (request.hasQuery() ? " with its query has " : " has ")
                                + tokens
                                + " tokens and the model takes "
                                + maxTokens
                                + "; shorten or split it");
    }

    private static @Nullable Refusal checkFee(InferenceRequest request, int units, long feeNano) {
        return request.covers(feeNano)
                ? null
                : new Refusal(
                        RejectReason.FEE_CAP_TOO_LOW,
                        "maxFeeNano is "
                                + Long.toUnsignedString(request.maxFeeNano())
                                + " and "
                                + units
                                + " tokens cost "
                                + feeNano
                                + " nano-USD; sign at least that");
    }

    /** Of a list the place is told, as the result will: from 0. */
    private static String name(InferenceRequest request, int text) {
        return request.isList() ? "text " + text + " of the input" : "the input";
    }

    private @Nullable Refusal checkModel(
            InferenceRequest request, @Nullable ModelListing listing, @Nullable Price price) {
        if (listing == null) {
            return new Refusal(
                    RejectReason.UNKNOWN_MODEL,
                    "model "
                            + request.model()
                            + " is not in the registry; ask for one that is registered and served");
        }
        if (listing.status() != ModelListing.ACTIVE) {
            return new Refusal(
                    RejectReason.MODEL_INACTIVE,
                    "model "
                            + request.model()
                            + (listing.status() == ModelListing.PROPOSED
                                    ? " is proposed but not active yet; wait for its activation"
                                    : " is revoked; ask for another"));
        }
        if (price == null) {
            return unpriced(request);
        }
        if (factory.serves(request.model())) {
            return null;
        }
        forget(request.model()); // it was, and does not open any more
        return unserved(request);
    }

    private static Refusal unserved(InferenceRequest request) {
        return new Refusal(
                RejectReason.UNKNOWN_MODEL,
                "model "
                        + request.model()
                        + " is registered but not served here; ask for one that is, or send it"
                        + " again later");
    }

    private static Refusal unpriced(InferenceRequest request) {
        return new Refusal(
                RejectReason.UNKNOWN_MODEL,
                "model "
                        + request.model()
                        + " had no price yet when the request was appended; send it again");
    }

    private @Nullable Refusal checkDeadline(InferenceRequest request, long appendMillis) {
        long deadline = request.deadlineMillis();
        if (appendMillis > deadline) {
            return new Refusal(
                    RejectReason.EXPIRED,
                    "deadline "
                            + deadline
                            + " had passed when the broker appended the request at "
                            + appendMillis
                            + "; sign a later deadline, in unix milliseconds");
        }
        if (deadline - appendMillis > options.horizonMillis()) {
            return new Refusal(
                    RejectReason.DEADLINE_TOO_FAR,
                    "deadline "
                            + deadline
                            + " is more than "
                            + options.horizonMillis()
                            + " ms after the append time "
                            + appendMillis
                            + "; sign an earlier one, in unix milliseconds");
        }
        return null;
    }

    /**
     * Before anything is tokenised, so that a huge text costs no more than its hash. A query is
     * read again with every text: by that it may not grow beyond what a record may hold.
     */
    private @Nullable Refusal checkLength(InferenceRequest request) {
        List<String> texts = request.texts();
        int ofQuery = request.query().length();
        if (ofQuery > options.maxInputChars()
                || (long) ofQuery * texts.size() > options.maxRecordBytes()) {
            return new Refusal(
                    RejectReason.INPUT_TOO_LONG,
                    "the query has "
                            + ofQuery
                            + " characters and at most "
                            + Math.min(
                                    options.maxInputChars(),
                                    options.maxRecordBytes() / texts.size())
                            + " are read with each of "
                            + texts.size()
                            + " texts; shorten it");
        }
        for (int i = 0; i < texts.size(); i++) {
            int chars = texts.get(i).length();
            if (chars > options.maxInputChars()) {
                return new Refusal(
                        RejectReason.INPUT_TOO_LONG,
                        name(request, i)
                                + " has "
                                + chars
                                + " characters and at most "
                                + options.maxInputChars()
                                + " are read; shorten or split it");
            }
        }
        return null;
    }

    private @Nullable Refusal checkSigner(InferenceRequest request, byte[] digest) {
        String signer = signature.signer(digest, request.signature()).orElse(null);
        if (request.requester().equals(signer)) {
            return null;
        }
        return new Refusal(
                RejectReason.BAD_SIGNATURE,
                (signer == null
                                ? "the signature is not 65 bytes r || s || v with v 27 or 28 and"
                                        + " low s"
                                : "the signature is of "
                                        + signer
                                        + ", not of "
                                        + request.requester())
                        + "; sign exactly the fields sent, under chain id "
                        + options.domain().chainId()
                        + " and vault "
                        + options.domain().vault());
    }

    private static Verdict refuse(
            RequestRecord record,
            @Nullable String requestId,
            @Nullable String requesterAddress,
            RejectReason reason,
            String message) {
        return new Verdict.Refused(
                new Rejection(
                        record.place(),
                        record.appendMillis(),
                        requestId,
                        requesterAddress,
                        reason,
                        message));
    }
}
