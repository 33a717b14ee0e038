package io.millrace.local.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestSignature;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests of several requesters: good ones, and in {@link #mixed} every tenth for a list of texts
 * and every tenth bad on purpose, in rotation over all the reasons a client can cause.
 */
public final class Traffic {

    private static final int BAD_EVERY = 10;
    private static final int LIST_EVERY = 10;
    private static final int LIST_PLACE = 4;
    private static final int LONGEST_LIST = 8;
    private static final int MAX_RECORD_BYTES = 256 * 1024;
    private static final long MAX_FEE_NANO = 10_000;
    private static final Duration TIME_TO_ANSWER = Duration.ofMinutes(30);
    private static final Duration TOO_FAR = Duration.ofDays(1);
    private static final long LONG_AGO_MILLIS = 1;
    private static final String UNKNOWN_MODEL =
            Hex.encode(Keccak.hashUtf8("a model that nobody has registered"));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Every reason but two: the stack's one model is active, and none that needs a query. */
    private static final List<RejectReason> FAULTS =
            Arrays.stream(RejectReason.values())
                    .filter(reason -> reason != RejectReason.MODEL_INACTIVE)
                    .filter(reason -> reason != RejectReason.QUERY_MISSING)
                    .toList();

    private final RequestSignature signature;
    private final RequestCodec codec = new RequestCodec(MAX_RECORD_BYTES);
    private final String model;
    private final List<byte[]> keys;
    private final List<String> texts;
    private final long firstNonce;
    private final long deadlineMillis;

    /**
     * Requests to be sent soon.
     *
     * @param keys of funded requesters, who take turns
     * @param nowMillis unix time; no two traffics of the same keys may have the same
     */
    public Traffic(
            RequestSignature signature,
            String model,
            List<byte[]> keys,
            List<String> texts,
            long nowMillis) {
        this.signature = signature;
        this.model = model;
        this.keys = List.copyOf(keys);
        this.texts = List.copyOf(texts);
        this.firstNonce = nowMillis * 1000; // below 2^53 for the next two centuries
        this.deadlineMillis = nowMillis + TIME_TO_ANSWER.toMillis();
    }

    /**
     * One record for the request topic.
     *
     * @param key of the record
     * @param value of the record
     * @param requestId empty if it has none
     * @param fault what it must be refused for, null if it is good
     */
    public record Item(String key, byte[] value, String requestId, @Nullable RejectReason fault) {}

    /** The good request number {@code index}. */
    public Item goodRequest(int index) {
        return item(sign(index, text(index), MAX_FEE_NANO, deadlineMillis), null);
    }

    /**
     * Request number {@code index} of the mix.
     *
     * @param poor key of a requester whose deposit pays no more than a few words
     * @param stranger key of somebody without an account
     */
    public Item mixed(int index, byte[] poor, byte[] stranger) throws IOException {
        if (index % LIST_EVERY == LIST_PLACE) {
            return item(sign(index, 1 + index / LIST_EVERY % LONGEST_LIST), null);
        }
        if (index % BAD_EVERY != BAD_EVERY - 1) {
            return goodRequest(index);
        }
        RejectReason fault = FAULTS.get(index / BAD_EVERY % FAULTS.size());
        return switch (fault) {
            case MALFORMED -> {
                Item whole = goodRequest(index);
                byte[] half = Arrays.copyOf(whole.value(), whole.value().length / 2);
                yield new Item(whole.key(), half, "", fault);
            }
            case SCHEMA -> changed(goodRequest(index), "temperature", 1, fault);
            case UNKNOWN_MODEL -> item(sign(UNKNOWN_MODEL, index, text(index), key(index)), fault);
            case BAD_SIGNATURE ->
                    changed(goodRequest(index), "maxFeeNano", MAX_FEE_NANO + 1, fault);
            case UNKNOWN_ACCOUNT -> item(sign(model, index, text(index), stranger), fault);
            case EXPIRED -> item(sign(index, text(index), MAX_FEE_NANO, LONG_AGO_MILLIS), fault);
            case DEADLINE_TOO_FAR ->
                    item(
                            sign(
                                    index,
                                    text(index),
                                    MAX_FEE_NANO,
                                    deadlineMillis + TOO_FAR.toMillis()),
                            fault);
            case DUPLICATE -> {
                Item first = goodRequest(index - 1);
                yield new Item(first.key(), first.value(), first.requestId(), fault);
            }
            case TOO_MANY_TEXTS ->
                    item(sign(index, InferenceRequest.MAX_TEXTS + 1 + index % 9), fault);
            case QUERY_UNEXPECTED ->
                    item(
                            signature.sign(
                                    model,
                                    "which is about whales?",
                                    List.of(text(index)),
                                    MAX_FEE_NANO,
                                    deadlineMillis,
                                    firstNonce + index,
                                    key(index)),
                            fault);
            case INPUT_TOO_LONG ->
                    item(sign(index, "whale ".repeat(1000), MAX_FEE_NANO, deadlineMillis), fault);
            case FEE_CAP_TOO_LOW -> item(sign(index, text(index), 1, deadlineMillis), fault);
            case INSUFFICIENT_FUNDS -> item(sign(model, index, "whale ".repeat(120), poor), fault);
            case MODEL_INACTIVE, QUERY_MISSING ->
                    throw new IllegalStateException("is not among the faults");
        };
    }

    private InferenceRequest sign(int index, String text, long maxFeeNano, long deadline) {
        return signature.sign(model, text, maxFeeNano, deadline, firstNonce + index, key(index));
    }

    private InferenceRequest sign(String ofModel, int index, String text, byte[] key) {
        return signature.sign(ofModel, text, MAX_FEE_NANO, deadlineMillis, firstNonce + index, key);
    }

    /** For a list of as many texts. */
    private InferenceRequest sign(int index, int count) {
        List<String> list = IntStream.range(0, count).mapToObj(i -> text(index + i)).toList();
        return signature.sign(
                model, list, count * MAX_FEE_NANO, deadlineMillis, firstNonce + index, key(index));
    }

    private Item item(InferenceRequest request, @Nullable RejectReason fault) {
        return new Item(
                request.requester(),
                codec.encode(request),
                Hex.encode(signature.digest(request)),
                fault);
    }

    private static Item changed(Item item, String field, long value, RejectReason fault)
            throws IOException {
        ObjectNode json = (ObjectNode) MAPPER.readTree(item.value());
        json.put(field, value);
        return new Item(item.key(), MAPPER.writeValueAsBytes(json), "", fault);
    }

    private String text(int index) {
        return texts.get(index % texts.size());
    }

    private byte[] key(int index) {
        return keys.get(index % keys.size());
    }
}
