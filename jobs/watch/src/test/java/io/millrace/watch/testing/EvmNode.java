package io.millrace.watch.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An EVM node of the tests' own on a free port of the loopback interface, with finality four blocks
 * deep. It mines a block for every transaction until it is told else.
 */
public final class EvmNode implements AutoCloseable {

    public static final long CHAIN_ID = 901;

    private static final Path BINARY =
            Path.of("../../contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
    private static final int ATTEMPTS = 300;

    private final Process process;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    private EvmNode(Process process, int port) {
        this.process = process;
        url = "http://127.0.0.1:" + port;
    }

    /** Starts a node and waits until it answers. */
    public static EvmNode start() throws IOException, InterruptedException {
        if (!Files.isExecutable(BINARY)) {
            throw new IllegalStateException(
                    BINARY + " is missing: build the contracts module first (mvn -pl contracts)");
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        List<String> command =
                List.of(
                        BINARY.toString(),
                        "-n",
                        "optimism",
                        "--chain-id",
                        "" + CHAIN_ID,
                        "--port",
                        "" + port,
                        "--slots-in-an-epoch",
                        "2",
                        "--silent");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        EvmNode node = new EvmNode(process, port);
        for (int attempt = 1; ; attempt++) {
            try {
                node.call("eth_chainId");
                return node;
            } catch (UncheckedIOException e) {
                if (attempt == ATTEMPTS || process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    node.close();
                    throw e;
                }
            }
        }
    }

    public String url() {
        return url;
    }

    /** Gives an account a hundred of the native currency. */
    public void fund(String address) {
        call("anvil_setBalance", address, "0x56bc75e2d63100000");
    }

    /** Any method; whatever it answers, as JSON. */
    public String call(String method, Object... params) {
        String list =
                Arrays.stream(params)
                        .map(param -> param instanceof String ? "\"" + param + "\"" : "" + param)
                        .collect(Collectors.joining(","));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}"
                                                .formatted(method, list)))
                        .build();
        try {
            String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            if (answer.contains("\"error\"")) {
                throw new IllegalStateException(method + ": " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
