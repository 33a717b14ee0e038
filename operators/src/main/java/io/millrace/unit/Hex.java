package io.millrace.unit;

import java.util.HexFormat;

/** Lower-case, 0x-prefixed hexadecimal, the only form in which bytes flow as text. */
public final class Hex {

    private static final HexFormat FORMAT = HexFormat.of();

    /** 32 zero bytes as text. */
    public static final String ZERO_32 = "0x" + "0".repeat(64);

    private Hex() {}

    /** {@code 0x} and two lower-case digits a byte. */
    public static String encode(byte[] bytes) {
        return "0x" + FORMAT.formatHex(bytes);
    }

    /**
     * The bytes of a 0x-prefixed text, upper or lower case.
     *
     * @throws IllegalArgumentException if the prefix is missing, or digits are odd in number or no
     *     digits
     */
    public static byte[] decode(String text) {
        if (!text.startsWith("0x")) {
            throw new IllegalArgumentException(
                    "\"" + abbreviate(text) + "\" is not hexadecimal: start it with 0x");
        }
        try {
            return FORMAT.parseHex(text, 2, text.length());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\""
                            + abbreviate(text)
                            + "\" is not hexadecimal: give an even number of digits 0-9, a-f after"
                            + " 0x",
                    e);
        }
    }

    /**
     * The bytes of a text that must hold exactly {@code length} of them.
     *
     * @throws IllegalArgumentException if it holds another number, or is no hexadecimal
     */
    public static byte[] decode(String text, int length) {
        byte[] bytes = decode(text);
        if (bytes.length != length) {
            throw new IllegalArgumentException(
                    "\""
                            + abbreviate(text)
                            + "\" has "
                            + bytes.length
                            + " bytes where "
                            + length
                            + " are needed");
        }
        return bytes;
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
