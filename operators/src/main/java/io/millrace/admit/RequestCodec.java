package io.millrace.admit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.unit.EvmAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The wire form of requests. Decoding trusts nothing: what it accepts, {@code
 * InferenceRequest.schema.json} accepts too, and what that accepts, it refuses only for the lexical
 * rules the schema's description names (a test holds the two together). Cost is bounded by the size
 * of the record. For any thread.
 *
 * <p>The schema is checked by hand because a validator on every record's path would cost more than
 * the decoding; the validator is the test's oracle.
 */
public final class RequestCodec {

    private static final int MAX_NESTING = 8;
    private static final int MAX_DIGITS = 32;
    private static final int MAX_NAME_CHARS = 64;
    private final int maxBytes;
    private final ObjectMapper mapper;

    /** A codec that refuses records above {@code maxBytes}. */
    public RequestCodec(int maxBytes) {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException(
                    "maxBytes is " + maxBytes + ", give a positive size");
        }
        this.maxBytes = maxBytes;
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(MAX_NESTING)
                                        .maxNumberLength(MAX_DIGITS)
                                        .maxNameLength(MAX_NAME_CHARS)
                                        .maxStringLength(maxBytes)
                                        .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        // A table of names shared by all records is one a client could fill with
                        // collisions.
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .build();
        this.mapper =
                JsonMapper.builder(factory)
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .build();
    }

    /** The request in {@code value}, empty if it is none of the published form. */
    public Optional<InferenceRequest> read(byte @Nullable [] value) {
        return decode(value) instanceof Decoded.Request decoded
                ? Optional.of(decoded.request())
                : Optional.empty();
    }

    Decoded decode(byte @Nullable [] value) {
        if (value == null || value.length == 0) {
            return malformed("the record has no value; send a JSON object as its value");
        }
        if (value.length > maxBytes) {
            return malformed("the record has " + value.length + " bytes; send at most " + maxBytes);
        }
        String text;
        try {
            // Decoded here, since Jackson would guess among UTF-8, -16 and -32 and let unpaired
            // surrogates pass.
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(value))
                            .toString();
        } catch (CharacterCodingException e) {
            return malformed("the value is not UTF-8; encode the JSON text as UTF-8");
        }
        return decode(text);
    }

    private Decoded decode(String text) {
        JsonNode node;
        try (JsonParser parser = new PlainZeros(mapper.createParser(text))) {
            try {
                node = mapper.readTree(parser);
            } catch (StreamConstraintsException e) {
                return malformed(
                        "the value is nested deeper than "
                                + MAX_NESTING
                                + " levels, or a number has more than "
                                + MAX_DIGITS
                                + " digits, or a name more than "
                                + MAX_NAME_CHARS
                                + " characters ("
                                + place(parser.currentLocation())
                                + "); send the members of the schema only");
            } catch (JsonProcessingException e) {
                return malformed(
                        "the value is not one well-formed JSON object ("
                                + place(
                                        e.getLocation() == null
                                                ? parser.currentLocation()
                                                : e.getLocation())
                                + "); check its syntax and that no member occurs twice");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be read", e);
        }
        if (!(node instanceof ObjectNode object)) {
            return malformed("the value is not a JSON object; send an InferenceRequest as one");
        }
        return decode(object);
    }

    private static Decoded decode(ObjectNode node) {
        String fault = RequestForm.fault(node);
        JsonNode requester = node.get(RequestForm.REQUESTER);
        boolean claimed =
                requester != null
                        && requester.isTextual()
                        && RequestForm.isHex(requester.textValue(), 20);
        if (fault != null) {
            return new Decoded.Refused(
                    RejectReason.SCHEMA,
                    fault,
                    claimed ? EvmAddress.canonical(requester.textValue()) : null);
        }
        List<String> texts = texts(node.get(RequestForm.INPUT));
        String query = node.has(RequestForm.QUERY) ? node.get(RequestForm.QUERY).textValue() : "";
        boolean inputIsText = texts.stream().allMatch(RequestCodec::isWellFormed);
        if (!inputIsText || !isWellFormed(query)) {
            return new Decoded.Refused(
                    RejectReason.MALFORMED,
                    "field \""
                            + (inputIsText ? RequestForm.QUERY : RequestForm.INPUT)
                            + "\" holds an unpaired surrogate, which UTF-8 cannot; repair the"
                            + " text and sign it again",
                    EvmAddress.canonical(requester.textValue()));
        }
        boolean list = node.get(RequestForm.INPUT).isArray();
        return new Decoded.Request(
                new InferenceRequest(
                        requester.textValue(),
                        node.get(RequestForm.MODEL).textValue(),
                        list ? "" : texts.get(0),
                        list ? texts : List.of(),
                        query,
                        uint64(node.get(RequestForm.MAX_FEE_NANO)),
                        node.get(RequestForm.DEADLINE).longValue(),
                        uint64(node.get(RequestForm.NONCE)),
                        node.get(RequestForm.SIGNATURE).textValue()));
    }

    private static List<String> texts(JsonNode input) {
        List<String> texts = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(text -> texts.add(text.textValue()));
        } else {
            texts.add(input.textValue());
        }
        return texts;
    }

    /** UTF-8 JSON of {@code request}, for clients. */
    public byte[] encode(InferenceRequest request) {
        ObjectNode node = mapper.createObjectNode();
        node.put(RequestForm.REQUESTER, request.requester());
        node.put(RequestForm.MODEL, request.model());
        if (request.isList()) {
            request.inputs().forEach(node.putArray(RequestForm.INPUT)::add);
        } else {
            node.put(RequestForm.INPUT, request.input());
        }
        if (request.hasQuery()) {
            node.put(RequestForm.QUERY, request.query());
        }
        put(node, RequestForm.MAX_FEE_NANO, request.maxFeeNano());
        node.put(RequestForm.DEADLINE, request.deadlineMillis());
        put(node, RequestForm.NONCE, request.nonce());
        node.put(RequestForm.SIGNATURE, request.signature());
        try {
            return mapper.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "the request does not encode: is its input well-formed text?", e);
        }
    }

    private static long uint64(JsonNode value) {
        return value.isTextual() ? Long.parseUnsignedLong(value.textValue()) : value.longValue();
    }

    private static void put(ObjectNode node, String field, long uint64) {
        if (uint64 >= 0 && uint64 <= InferenceRequest.MAX_NUMBER) {
            node.put(field, uint64);
        } else {
            node.put(field, Long.toUnsignedString(uint64));
        }
    }

    private static String place(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0, point; i < text.length(); i += Character.charCount(point)) {
            point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                return false;
            }
        }
        return true;
    }

    private static Decoded malformed(String message) {
        return new Decoded.Refused(RejectReason.MALFORMED, message, null);
    }

    /**
     * Tells a negative zero as what it is, a fraction's sign without the fraction: the tree would
     * hold a plain 0, and what a client signed as -0 is no uint64.
     */
    private static final class PlainZeros extends JsonParserDelegate {

        PlainZeros(JsonParser parser) {
            super(parser);
        }

        @Override
        public @Nullable JsonToken nextToken() throws IOException {
            JsonToken token = super.nextToken();
            boolean negativeZero =
                    token == JsonToken.VALUE_NUMBER_INT && delegate.getText().equals("-0");
            return negativeZero ? JsonToken.VALUE_NUMBER_FLOAT : token;
        }
    }
}
