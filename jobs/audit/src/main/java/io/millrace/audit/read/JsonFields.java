package io.millrace.audit.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads members of one JSON object, each by its kind. Every method throws {@link
 * IllegalArgumentException} with the member's name if it is absent or of another kind.
 */
public record JsonFields(JsonNode object) {

    private static final Pattern HASH = Pattern.compile("0x[0-9a-f]{64}");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{40}");
    private static final Pattern WORD = Pattern.compile("0x[0-9a-f]{1,64}");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,20}");

    /** Only objects have members. */
    public JsonFields {
        if (!object.isObject()) {
            throw new IllegalArgumentException("it is no JSON object");
        }
    }

    public JsonFields object(String name) {
        return new JsonFields(member(name));
    }

    /** An array of objects. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> objects = new ArrayList<>();
        member(name).forEach(element -> objects.add(new JsonFields(element)));
        return objects;
    }

    public String text(String name) {
        JsonNode member = member(name);
        if (!member.isTextual()) {
            throw new IllegalArgumentException(name + " is " + shown(member) + ", no text");
        }
        return member.textValue();
    }

    /** Empty if there is no member of that name. */
    public Optional<String> optionalText(String name) {
        return object.has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    /** One text or an array of them; the array of one is not the one. */
    public Texts texts(String name) {
        JsonNode member = member(name);
        if (!member.isArray()) {
            return new Texts(List.of(text(name)), false);
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : member) {
            if (!element.isTextual()) {
                throw new IllegalArgumentException(name + " holds " + shown(element) + ", no text");
            }
            texts.add(element.textValue());
        }
        return new Texts(texts, true);
    }

    /** Whether a member is missing or an object without members. */
    public boolean isEmpty(String name) {
        JsonNode member = object.get(name);
        return member == null || (member.isObject() && member.isEmpty());
    }

    /**
     * What {@link #texts} found.
     *
     * @param list whether it was an array
     */
    public record Texts(List<String> all, boolean list) {

        /** Copies. */
        public Texts {
            all = List.copyOf(all);
        }
    }

    /** 32 bytes, in lower case. */
    public String hash(String name) {
        return matching(name, HASH, "32 bytes of hexadecimal");
    }

    /** 20 bytes, in lower case. */
    public String address(String name) {
        return matching(name, ADDRESS, "an address");
    }

    /** A whole number in [0, 2^64), as a number or as decimal digits in a text. */
    public BigInteger amount(String name) {
        JsonNode member = member(name);
        boolean number =
                member.isTextual()
                        ? DIGITS.matcher(member.textValue()).matches()
                        : member.isIntegralNumber();
        if (!number) {
            throw new IllegalArgumentException(name + " is " + shown(member) + ", no number");
        }
        BigInteger amount =
                member.isTextual() ? new BigInteger(member.textValue()) : member.bigIntegerValue();
        if (amount.signum() < 0 || amount.bitLength() > 64) {
            throw new IllegalArgumentException(name + " is " + amount + ", outside uint64");
        }
        return amount;
    }

    /** A whole number in [0, 2^63). */
    public long count(String name) {
        BigInteger amount = amount(name);
        if (amount.bitLength() > 63) {
            throw new IllegalArgumentException(name + " is " + amount + ", outside [0, 2^63)");
        }
        return amount.longValueExact();
    }

    /** An array of uint256 as 0x-hex. */
    public List<BigInteger> words(String name) {
        List<BigInteger> words = new ArrayList<>();
        for (JsonNode element : member(name)) {
            String text = element.asText().toLowerCase(Locale.ROOT);
            if (!WORD.matcher(text).matches()) {
                throw new IllegalArgumentException(name + " holds " + text + ", no uint256");
            }
            words.add(new BigInteger(text.substring(2), 16));
        }
        return words;
    }

    private JsonNode member(String name) {
        JsonNode member = object.get(name);
        if (member == null || member.isNull()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return member;
    }

    private String matching(String name, Pattern pattern, String meaning) {
        String text = text(name).toLowerCase(Locale.ROOT);
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    name + " is " + shown(member(name)) + ", not " + meaning);
        }
        return text;
    }

    private static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
