package io.millrace.local.stack.chain;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A node with many blocks, made up as they are asked for, and its states as a stack keeps them. */
final class LargeNode implements AutoCloseable {

    private static final int ACCOUNTS = 1_000;
    private static final int BLOOM_DIGITS = 512;
    private static final String BLOCK =
            "{\"header\":{\"parentHash\":\"0x%1$s\",\"stateRoot\":\"0x%1$s\",\"receiptsRoot\":\"0x%1$s\","
                + "\"logsBloom\":\"0x%2$s\",\"number\":\"0x%3$x\",\"timestamp\":\"0x%4$x\","
                + "\"extraData\":\"0x%5$s\"},\"transactions\":[{\"raw\":\"0x%1$s\"}],\"ommers\":[]}";

    private final HttpServer server;
    private final int blocks;

    private LargeNode(int blocks) throws IOException {
        this.blocks = blocks;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    /**
     * Writes down and reads again the state of a node with so many blocks.
     *
     * @param args folder, and number of blocks
     */
    public static void main(String[] args) throws IOException {
        int blocks = Integer.parseInt(args[1]);
        ChainStates states = new ChainStates(Path.of(args[0]));
        try (LargeNode node = new LargeNode(blocks)) {
            states.write(
                    blocks - 1,
                    out -> {
                        try (InputStream dump = NodeDump.of(node.url())) {
                            StateHistory.copyOnly(Set.of(historyOf(1)), dump, out);
                        }
                    });
        }
        System.out.println(states.content(blocks - 1).genesisTimestamp());
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 0);
            OutputStream answer = exchange.getResponseBody();
            answer.write(ascii("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x"));
            try (OutputStream state = new FastGzip(new HexDigits(answer))) {
                write(state);
            }
            answer.write(ascii("\"}"));
        }
    }

    private void write(OutputStream state) throws IOException {
        Random random = new Random(7);
        state.write(ascii("{\"best_block_number\":" + (blocks - 1) + ",\"accounts\":"));
        writeAccounts(state, random);
        state.write(ascii(",\"blocks\":["));
        for (int i = 0; i < blocks; i++) {
            state.write(ascii((i == 0 ? "" : ",") + block(i, random)));
        }
        state.write(ascii("],\"transactions\":["));
        for (int i = 0; i < blocks; i++) {
            state.write(ascii((i == 0 ? "" : ",") + "{\"receipt\":{\"logs\":[]}}"));
        }
        state.write(ascii("],\"historical_states\":["));
        for (int i = 0; i < 100; i++) {
            state.write(ascii((i == 0 ? "" : ",") + "[\"" + historyOf(i) + "\","));
            writeAccounts(state, random);
            state.write(ascii("]"));
        }
        state.write(ascii("]}"));
    }

    private static void writeAccounts(OutputStream state, Random random) throws IOException {
        for (int i = 0; i < ACCOUNTS; i++) {
            state.write(ascii((i == 0 ? "{\"" : ",\"") + hex(random) + "\":{\"nonce\":1}"));
        }
        state.write(ascii("}"));
    }

    private static String block(int number, Random random) {
        return BLOCK.formatted(
                hex(random),
                "0".repeat(BLOOM_DIGITS),
                number,
                1_700_000_000 + 2 * number,
                "00".repeat(300));
    }

    private static String historyOf(int block) {
        return "0x%064x".formatted(block);
    }

    private static String hex(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Packs as little as it can, as nobody looks at the size. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /** Two digits a byte. */
    private static final class HexDigits extends OutputStream {

        private final OutputStream out;

        HexDigits(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(ascii(HexFormat.of().formatHex(bytes, from, from + length)));
        }
    }
}
