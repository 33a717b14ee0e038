package io.millrace.admit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.unit.EvmAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
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
    private static final String MAX_FEE_NANO = "maxFeeNano";
    private static final String DEADLINE = "deadline";
    private static final String NONCE = "nonce";
    private static final String SIGNATURE = "signature";
    private static final Set<String> FIELDS =
            Set.of(REQUESTER, MODEL, INPUT, MAX_FEE_NANO, DEADLINE, NONCE, SIGNATURE);

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
                                        .maxNestingDepth(8)
                                        .maxNumberLength(32)
                                        .maxNameLength(64)
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
        JsonNode node;
        try {
            // Decoded here, since Jackson would guess among UTF-8, -16 and -32 and let unpaired
            // surrogates pass.
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(value))
                            .toString();
            node = mapper.readTree(text);
        } catch (CharacterCodingException e) {
            return malformed("the value is not UTF-8; encode the JSON text as UTF-8");
        } catch (JsonProcessingException e) {
            return malformed(
                    "the value is not one well-formed JSON object (line "
                            + (e.getLocation() == null ? 1 : e.getLocation().getLineNr())
                            + ", column "
                            + (e.getLocation() == null ? 1 : e.getLocation().getColumnNr())
                            + "); check its syntax, its nesting and that no member occurs twice");
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
        String input = node.get(INPUT).textValue();
        if (!isWellFormed(input)) {
            return new Decoded.Refused(
                    RejectReason.MALFORMED,
                    "field \"input\" holds an unpaired surrogate, which UTF-8 cannot; repair the"
                            + " text and sign it again",
                    EvmAddress.canonical(requester.textValue()));
        }
        return new Decoded.Request(
                new InferenceRequest(
                        requester.textValue(),
                        node.get(MODEL).textValue(),
                        input,
                        node.get(MAX_FEE_NANO).longValue(),
                        node.get(DEADLINE).longValue(),
                        node.get(NONCE).longValue(),
                        node.get(SIGNATURE).textValue()));
    }

    /** UTF-8 JSON of {@code request}, for clients. */
    public byte[] encode(InferenceRequest request) {
        ObjectNode node = mapper.createObjectNode();
        node.put(REQUESTER, request.requester());
        node.put(MODEL, request.model());
        node.put(INPUT, request.input());
        node.put(MAX_FEE_NANO, request.maxFeeNano());
        node.put(DEADLINE, request.deadlineMillis());
        node.put(NONCE, request.nonce());
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
        fault = fault != null ? fault : textFault(node.get(INPUT), INPUT);
        fault = fault != null ? fault : numberFault(node.get(MAX_FEE_NANO), MAX_FEE_NANO);
        fault = fault != null ? fault : numberFault(node.get(DEADLINE), DEADLINE);
        fault = fault != null ? fault : numberFault(node.get(NONCE), NONCE);
        return fault != null ? fault : hexFault(node.get(SIGNATURE), SIGNATURE, -1);
    }

    private static @Nullable String textFault(@Nullable JsonNode value, String field) {
        if (value == null) {
            return "field \"" + field + "\" is missing; add it";
        }
        return value.isTextual() && !value.textValue().isEmpty()
                ? null
                : "field \"" + field + "\" is no text; give a string of at least one character";
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
        boolean inRange =
                value.isIntegralNumber()
                        && value.canConvertToLong()
                        && value.longValue() >= 0
                        && value.longValue() <= InferenceRequest.MAX_NUMBER;
        return inRange
                ? null
                : "field \""
                        + field
                        + "\" is no whole number in 0.."
                        + InferenceRequest.MAX_NUMBER
                        + "; give one in plain digits, without quotes, fraction or exponent";
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
}
