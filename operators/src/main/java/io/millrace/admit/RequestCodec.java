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
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    private static final String REQUESTER = "requester";
    private static final String MODEL = "model";
    private static final String INPUT = "input";
    private static final String OPTIONS = "options";
    private static final String MAX_FEE_NANO = "maxFeeNano";
    private static final String DEADLINE = "deadline";
    private static final String NONCE = "nonce";
    private static final String SIGNATURE = "signature";
    private static final int MAX_NESTING = 8;
    private static final int MAX_DIGITS = 32;
    private static final int MAX_NAME_CHARS = 64;
    private static final String LARGEST = Long.toUnsignedString(-1);
    private static final Set<String> FIELDS =
            Set.of(REQUESTER, MODEL, INPUT, OPTIONS, MAX_FEE_NANO, DEADLINE, NONCE, SIGNATURE);

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
        String fault = fault(node);
        JsonNode requester = node.get(REQUESTER);
        boolean claimed =
                requester != null && requester.isTextual() && isHex(requester.textValue(), 20);
        if (fault != null) {
            return new Decoded.Refused(
                    RejectReason.SCHEMA,
                    fault,
                    claimed ? EvmAddress.canonical(requester.textValue()) : null);
        }
        List<String> texts = texts(node.get(INPUT));
        if (!texts.stream().allMatch(RequestCodec::isWellFormed)) {
            return new Decoded.Refused(
                    RejectReason.MALFORMED,
                    "field \"input\" holds an unpaired surrogate, which UTF-8 cannot; repair the"
                            + " text and sign it again",
                    EvmAddress.canonical(requester.textValue()));
        }
        boolean list = node.get(INPUT).isArray();
        return new Decoded.Request(
                new InferenceRequest(
                        requester.textValue(),
                        node.get(MODEL).textValue(),
                        list ? "" : texts.get(0),
                        list ? texts : List.of(),
                        uint64(node.get(MAX_FEE_NANO)),
                        node.get(DEADLINE).longValue(),
                        uint64(node.get(NONCE)),
                        node.get(SIGNATURE).textValue()));
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
        node.put(REQUESTER, request.requester());
        node.put(MODEL, request.model());
        if (request.isList()) {
            request.inputs().forEach(node.putArray(INPUT)::add);
        } else {
            node.put(INPUT, request.input());
        }
        put(node, MAX_FEE_NANO, request.maxFeeNano());
        node.put(DEADLINE, request.deadlineMillis());
        put(node, NONCE, request.nonce());
        node.put(SIGNATURE, request.signature());
        try {
            return mapper.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "the request does not encode: is its input well-formed text?", e);
        }
    }

    private static @Nullable String fault(ObjectNode node) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                return "field \"" + name + "\" is unknown; remove it";
            }
        }
        String fault = hexFault(node.get(REQUESTER), REQUESTER, 20);
        fault = fault != null ? fault : hexFault(node.get(MODEL), MODEL, 32);
        fault = fault != null ? fault : inputFault(node.get(INPUT));
        fault = fault != null ? fault : optionsFault(node.get(OPTIONS));
        fault = fault != null ? fault : uint64Fault(node.get(MAX_FEE_NANO), MAX_FEE_NANO);
        fault = fault != null ? fault : numberFault(node.get(DEADLINE), DEADLINE);
        fault = fault != null ? fault : uint64Fault(node.get(NONCE), NONCE);
        return fault != null ? fault : hexFault(node.get(SIGNATURE), SIGNATURE, -1);
    }

    private static @Nullable String inputFault(@Nullable JsonNode value) {
        if (value == null) {
            return "field \"input\" is missing; add it";
        }
        if (!value.isArray()) {
            return isText(value)
                    ? null
                    : "field \"input\" is no text; give a string of at least one character, or a"
                            + " list of them";
        }
        for (int i = 0; i < value.size(); i++) {
            if (!isText(value.get(i))) {
                return "text "
                        + i
                        + " of field \"input\" is "
                        + (value.get(i).isTextual() ? "empty" : "no text")
                        + "; give strings of at least one character";
            }
        }
        return value.isEmpty() ? "field \"input\" is an empty list; give at least one text" : null;
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.textValue().isEmpty();
    }

    private static @Nullable String optionsFault(@Nullable JsonNode value) {
        if (value == null || (value.isObject() && value.isEmpty())) {
            return null;
        }
        return value.isObject()
                ? "option \"" + value.fieldNames().next() + "\" is unknown; remove it"
                : "field \"options\" is no object; give one, or leave it away";
    }

    private static @Nullable String hexFault(@Nullable JsonNode value, String field, int bytes) {
        if (value == null) {
            return "field \"" + field + "\" is missing; add it";
        }
        return value.isTextual() && isHex(value.textValue(), bytes)
                ? null
                : "field \""
                        + field
                        + "\" is no hexadecimal; give 0x and "
                        + (bytes < 0 ? 130 : 2 * bytes)
                        + " hexadecimal digits";
    }

    private static @Nullable String numberFault(@Nullable JsonNode value, String field) {
        if (value == null) {
            return "field \"" + field + "\" is missing; add it";
        }
        return isNumber(value)
                ? null
                : "field \""
                        + field
                        + "\" is no whole number in 0.."
                        + InferenceRequest.MAX_NUMBER
                        + "; give one in plain digits, without quotes, sign, fraction or exponent";
    }

    private static @Nullable String uint64Fault(@Nullable JsonNode value, String field) {
        if (value == null) {
            return "field \"" + field + "\" is missing; add it";
        }
        boolean right = value.isTextual() ? isUint64(value.textValue()) : isNumber(value);
        return right
                ? null
                : "field \""
                        + field
                        + "\" is neither a whole number in 0.."
                        + InferenceRequest.MAX_NUMBER
                        + " nor a text of one in 0.."
                        + LARGEST
                        + "; give plain digits without sign, leading zero, fraction or exponent,"
                        + " and quote what is larger than the first";
    }

    private static boolean isNumber(JsonNode value) {
        return value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 0
                && value.longValue() <= InferenceRequest.MAX_NUMBER;
    }

    private static boolean isUint64(String digits) {
        int length = digits.length();
        if (length == 0 || length > LARGEST.length() || (length > 1 && digits.charAt(0) == '0')) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return length < LARGEST.length() || digits.compareTo(LARGEST) <= 0;
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

    /** {@code bytes} below zero: any number of digits. */
    private static boolean isHex(String text, int bytes) {
        if (!text.startsWith("0x") || (bytes >= 0 && text.length() != 2 + 2 * bytes)) {
            return false;
        }
        for (int i = 2; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
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
