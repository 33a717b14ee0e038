package io.millrace.job.recover.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Takes out of a key or a row what {@link RowWriter} has put there, in the same order. */
public final class RowReader {

    private final byte[] row;
    private int at;

    /** At its first byte; not copied. */
    public RowReader(byte[] row) {
        this.row = row;
    }

    public int code() {
        return row[at++];
    }

    public int whole() {
        int number = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            number = (number << Byte.SIZE) | (code() & 0xff);
        }
        return number;
    }

    public long number() {
        return ((long) whole() << Integer.SIZE) | (whole() & 0xffffffffL);
    }

    public byte[] raw(int length) {
        at += length;
        return Arrays.copyOfRange(row, at - length, at);
    }

    public String text() {
        int begin = at;
        while (code() != 0) {
            // to its end
        }
        return new String(row, begin, at - 1 - begin, UTF_8);
    }

    /** All that is left. */
    public byte[] rest() {
        return raw(row.length - at);
    }
}
