package io.millrace.job.recover.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Puts values into a key or a row; numbers that are not negative sort as they do. */
public final class RowWriter {

    private byte[] bytes = new byte[128];
    private int length;

    public RowWriter code(int code) {
        room(1);
        bytes[length++] = (byte) code;
        return this;
    }

    public RowWriter whole(int number) {
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            code(number >>> shift);
        }
        return this;
    }

    public RowWriter number(long number) {
        return whole((int) (number >>> Integer.SIZE)).whole((int) number);
    }

    public RowWriter raw(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** Its end is marked, so it sorts before every longer one that begins with it. */
    public RowWriter text(String text) {
        return raw(text.getBytes(UTF_8)).code(0);
    }

    /** All of it. */
    public byte[] row() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
