package io.millrace.audit.sort;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Sorted rows in a file: each its length and its bytes. */
final class Run implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final FileChannel channel;

    Run(FileChannel channel) {
        this.channel = channel;
    }

    /** Writes all of {@code rows}; returns the bytes written. */
    long write(Cursor rows) throws IOException {
        // Not closed: that would close the channel, and with it the file would be gone.
        DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
        while (rows.peek() != null) {
            byte[] row = rows.next();
            out.writeInt(row.length);
            out.write(row);
        }
        out.flush();
        return channel.size();
    }

    Cursor rows() {
        return new Reader();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a run of sorted rows", e);
        }
    }

    /** Reads by position, so that writing and reading need no agreement on where the file is. */
    private final class Reader implements Cursor {

        private ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).flip();
        private long position;
        private byte @Nullable [] head;

        Reader() {
            head = read();
        }

        @Override
        public byte @Nullable [] peek() {
            return head;
        }

        @Override
        public byte[] next() {
            byte[] row = head;
            if (row == null) {
                throw new NoSuchElementException("no row is left");
            }
            head = read();
            return row;
        }

        private byte @Nullable [] read() {
            try {
                if (!fill(Integer.BYTES)) {
                    return null;
                }
                byte[] row = new byte[bytes.getInt()];
                if (!fill(row.length)) {
                    throw new IOException("a run of sorted rows ends within a row");
                }
                bytes.get(row);
                return row;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read a run of sorted rows", e);
            }
        }

        /** Whether {@code count} bytes are there, read from the file if need be. */
        private boolean fill(int count) throws IOException {
            if (bytes.remaining() >= count) {
                return true;
            }
            if (count > bytes.capacity()) {
                bytes = ByteBuffer.allocate(count).put(bytes).flip();
            }
            bytes.compact();
            while (bytes.position() < count) {
                int read = channel.read(bytes, position);
                if (read < 0) {
                    break;
                }
                position += read;
            }
            bytes.flip();
            return bytes.remaining() >= count;
        }
    }
}
