package io.millrace.audit.read;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.web3j.utils.Numeric;

/**
 * 32-byte words of event data, of a return value or of call data behind its selector.
 *
 * @param hex digits without 0x
 */
public record AbiWords(String hex) {

    private static final int WORD_DIGITS = 64;

    public static AbiWords of(String prefixed) {
        return new AbiWords(prefixed.substring(2));
    }

    /** Word {@code index}, counted from 0, as 0x-hex. */
    public String hash(int index) {
        int from = index * WORD_DIGITS;
        if (index < 0 || from + WORD_DIGITS > hex.length()) {
            throw new IllegalArgumentException(
                    "word %d is missing in %d ABI words"
                            .formatted(index, hex.length() / WORD_DIGITS));
        }
        return "0x" + hex.substring(from, from + WORD_DIGITS);
    }

    public BigInteger uint(int index) {
        return new BigInteger(hash(index).substring(2), 16);
    }

    public long count(int index) {
        return uint(index).longValueExact();
    }

    public String address(int index) {
        return "0x" + hash(index).substring(2 + WORD_DIGITS - 40);
    }

    /** The word index that the offset at {@code index} points to, {@code base} being its zero. */
    public int pointer(int base, int index) {
        return base + uint(index).divide(BigInteger.valueOf(32)).intValueExact();
    }

    /** The uint256 array whose length is word {@code index}. */
    public List<BigInteger> array(int index) {
        int length = uint(index).intValueExact();
        List<BigInteger> elements = new ArrayList<>();
        for (int i = 1; i <= length; i++) {
            elements.add(uint(index + i));
        }
        return elements;
    }

    /** Appends a word of call data to {@code words}. */
    public static void number(StringBuilder words, BigInteger number) {
        words.append(Numeric.toHexStringNoPrefixZeroPadded(number, WORD_DIGITS));
    }

    /** Appends a word of call data to {@code words}. */
    public static void number(StringBuilder words, long number) {
        number(words, BigInteger.valueOf(number));
    }
}
