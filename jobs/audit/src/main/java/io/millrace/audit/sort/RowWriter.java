package io.millrace.audit.sort;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Puts values into a row of bytes, numbers so that rows sort as they do. */
public final class RowWriter {

    private static final HexFormat HEX = HexFormat.of();

    private byte[] bytes = new byte[256];
    private int length;

    public RowWriter code(int code) {
        room(1);
        bytes[length++] = (byte) code;
        return this;
    }

    /** Not negative, or it would sort last. */
    public RowWriter number(long number) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (number >>> shift);
        }
        return this;
    }

    /** Not negative; as many bytes as it needs, so it is no part of a key. */
    public RowWriter amount(BigInteger amount) {
        byte[] magnitude = amount.toByteArray();
        return code(magnitude.length).raw(magnitude);
    }

    /** Lower-case 0x-hex, of a length that the reader knows. */
    public RowWriter hex(String hex) {
        return raw(HEX.parseHex(hex, 2, hex.length()));
    }

    public RowWriter text(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        return number(utf8.length).raw(utf8);
    }

    public RowWriter words(List<BigInteger> words) {
        number(words.size());
        words.forEach(this::amount);
        return this;
    }

    public RowWriter raw(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    public byte[] row() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
