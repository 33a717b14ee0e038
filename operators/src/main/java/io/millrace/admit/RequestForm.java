package io.millrace.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of a request, and what {@code InferenceRequest.schema.json} says of each. */
final class RequestForm {

    static final String REQUESTER = "requester";
    static final String MODEL = "model";
    static final String INPUT = "input";
    static final String QUERY = "query";
    static final String OPTIONS = "options";
    static final String MAX_FEE_NANO = "maxFeeNano";
    static final String DEADLINE = "deadline";
    static final String NONCE = "nonce";
    static final String SIGNATURE = "signature";
    private static final String LARGEST = Long.toUnsignedString(-1);
    private static final Set<String> FIELDS =
            Set.of(
                    REQUESTER,
                    MODEL,
                    INPUT,
                    QUERY,
                    OPTIONS,
                    MAX_FEE_NANO,
                    DEADLINE,
                    NONCE,
                    SIGNATURE);

    private RequestForm() {}

    /** What is wrong with {@code node} and what to do about it, null if nothing is. */
    static @Nullable String fault(ObjectNode node) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                return "field \"" + name + "\" is unknown; remove it";
            }
        }
        String fault = hexFault(node.get(REQUESTER), REQUESTER, 20);
        fault = fault != null ? fault : hexFault(node.get(MODEL), MODEL, 32);
        fault = fault != null ? fault : inputFault(node.get(INPUT));
        fault = fault != null ? fault : queryFault(node);
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

    private static @Nullable String queryFault(ObjectNode node) {
        JsonNode value = node.get(QUERY);
        if (value == null) {
            return null;
        }
        if (!isText(value)) {
            return "field \"query\" is no text; give a string of at least one character, or leave"
                    + " it away";
        }
        return node.get(INPUT).isArray()
                ? null
                : "field \"query\" ranks a list of texts and field \"input\" is one text; give a"
                        + " list, and be it of one";
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

    /** {@code bytes} below zero: any number of digits. */
    static boolean isHex(String text, int bytes) {
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
}
