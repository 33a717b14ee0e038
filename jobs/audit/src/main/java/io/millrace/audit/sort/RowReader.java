package io.millrace.audit.sort;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Takes out of a row what {@link RowWriter} has put there, in the same order. */
public final class RowReader {

    private static final HexFormat HEX = HexFormat.of();

    private final byte[] row;
    private int at;

    public RowReader(byte[] row) {
        this.row = row;
    }

    public int code() {
        return row[at++] & 0xff;
    }

    public long number() {
        long number = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            number = (number << 8) | (row[at++] & 0xff);
        }
        return number;
    }

    public BigInteger amount() {
        int length = code();
        BigInteger amount = new BigInteger(row, at, length);
        at += length;
        return amount;
    }

    /** So many bytes as lower-case 0x-hex. */
    public String hex(int length) {
        String hex = "0x" + HEX.formatHex(row, at, at + length);
        at += length;
        return hex;
    }

    public String text() {
        int length = Math.toIntExact(number());
        String text = new String(row, at, length, UTF_8);
        at += length;
        return text;
    }

    public List<BigInteger> words() {
        long count = number();
        List<BigInteger> words = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            words.add(amount());
        }
        return words;
    }
}
