package io.millrace.local.stack.chain;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A node's own JSON of its chain's state, as it comes: gzip, in hexadecimal digits, in one text of
 * a JSON-RPC answer. After two weeks that is a gigabyte, so no more of it is held than a buffer.
 */
public final class NodeDump {

    private static final String REQUEST =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"anvil_dumpState\",\"params\":[true]}";
    private static final String BEGIN = "\"result\":\"0x";
    private static final int MOST_BEFORE = 4_096;
    private static final int CONNECT_MILLIS = 10_000;

    /**
     * For the first byte, before which the node writes all of it for itself, and for each other.
     */
    private static final int SILENCE_MILLIS = 300_000;

    private NodeDump() {}

    /**
     * Asks the node at {@code rpcUrl}.
     *
     * @throws IOException if it gives an error instead
     */
    public static InputStream of(String rpcUrl) throws IOException {
        HttpURLConnection node = (HttpURLConnection) URI.create(rpcUrl).toURL().openConnection();
        node.setConnectTimeout(CONNECT_MILLIS);
        node.setReadTimeout(SILENCE_MILLIS);
        node.setRequestProperty("Content-Type", "application/json");
        node.setDoOutput(true);
        try (OutputStream out = node.getOutputStream()) {
            out.write(REQUEST.getBytes(StandardCharsets.UTF_8));
        }
        InputStream answer = node.getInputStream();
        try {
            skipToDigits(answer);
            return new GZIPInputStream(new HexText(answer), 1 << 16);
        } catch (IOException e) {
            answer.close();
            throw e;
        }
    }

    private static void skipToDigits(InputStream answer) throws IOException {
        StringBuilder before = new StringBuilder();
        while (before.indexOf(BEGIN) < 0) {
            int next = answer.read();
            if (next < 0 || before.length() == MOST_BEFORE) {
                throw new IOException("the node gives no state: " + before);
            }
            before.append((char) next);
        }
    }

    /** The bytes that hexadecimal digits say, up to a quotation mark. */
    private static final class HexText extends InputStream {

        private final InputStream text;
        private final byte[] buffer = new byte[1 << 16];
        private int next;
        private int end;
        private boolean ended;

        HexText(InputStream text) {
            this.text = text;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = 0;
            while (read < length) {
                int high = digit();
                if (high < 0) {
                    return read == 0 ? -1 : read;
                }
                bytes[from + read++] = (byte) ((high << 4) | digit());
            }
            return read;
        }

        /** -1 at the end of the text. */
        private int digit() throws IOException {
            if (ended) {
                return -1;
            }
            if (next == end) {
                next = 0;
                end = text.read(buffer);
                if (end < 0) {
                    throw new EOFException("the node's answer is cut off");
                }
            }
            int digit = Character.digit(buffer[next], 16);
            ended = buffer[next++] == '"';
            if (digit < 0 && !ended) {
                throw new IOException("the node's state is not written in hexadecimal digits");
            }
            return digit;
        }

        @Override
        public void close() throws IOException {
            text.close();
        }
    }
}
