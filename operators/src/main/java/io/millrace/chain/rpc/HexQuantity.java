package io.millrace.chain.rpc;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Numbers as JSON-RPC writes them: 0x, no leading zeros, "0x0" for zero. */
public final class HexQuantity {

    private static final Pattern FORM = Pattern.compile("0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})");

    private HexQuantity() {}

    public static String of(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("quantity is negative: " + number);
        }
        return "0x" + Long.toHexString(number);
    }

    /**
     * A number of at most 256 bits.
     *
     * @throws IllegalArgumentException if the text is not a quantity
     */
    public static BigInteger parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a hexadecimal quantity");
        }
        return new BigInteger(text.substring(2), 16);
    }
}
