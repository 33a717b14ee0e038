package io.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real EVM node of the tests' own, in OP mode, on a free port of the loopback interface, with
 * finality four blocks deep. It mines a block for every transaction until {@link #mineEverySecond}.
 * Needs what the contracts module installs.
 */
public final class Anvil implements AutoCloseable {

    public static final long CHAIN_ID = 901;

    private static final Path BINARY =
            Path.of("../contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");

    private final Process process;
    private final String url;
    private final JsonRpc rpc;

    private Anvil(Process process, String url) {
        this.process = process;
        this.url = url;
        this.rpc = new JsonRpc(URI.create(url), Duration.ofSeconds(10));
    }

    /** Starts a node and waits until it answers. */
    public static Anvil start() {
        return start(List.of());
    }

    /**
     * Another node of {@code other}'s chain, that knows it up to {@code block} and learns nothing
     * more.
     */
    public static Anvil startBehind(Anvil other, long block) {
        return start(
                List.of("--fork-url", other.url, "--fork-block-number", "" + block, "--no-mining"));
    }

    private static Anvil start(List<String> more) {
        if (!Files.isExecutable(BINARY)) {
            throw new IllegalStateException(
                    BINARY + " is missing: build the contracts module first (mvn -pl contracts)");
        }
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(BINARY.toString(), "-n", "optimism"));
        command.addAll(List.of("--chain-id", String.valueOf(CHAIN_ID), "--port", "" + port));
        command.addAll(List.of("--slots-in-an-epoch", "2", "--silent"));
        command.addAll(more);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            Anvil anvil = new Anvil(process, "http://127.0.0.1:" + port);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(RpcException.class)
                    .until(() -> anvil.rpc.call("eth_chainId").isTextual());
            return anvil;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address. */
    public String url() {
        return url;
    }

    /** Gives an account a hundred of the native currency. */
    public void fund(String address) throws RpcException {
        // anvil answers null, which says that it is done
        rpc.callNullable("anvil_setBalance", address, "0x56bc75e2d63100000");
    }

    /** From now on: a block a second, with or without transactions. */
    public void mineEverySecond() throws RpcException {
        rpc.callNullable("evm_setIntervalMining", 1);
    }

    /** Mines blocks at once. */
    public void mine(int blocks) throws RpcException {
        rpc.callNullable("anvil_mine", blocks);
    }

    /** From now on: a block for every transaction, and no other. */
    public void mineOnDemand() throws RpcException {
        rpc.callNullable("evm_setIntervalMining", 0);
        rpc.callNullable("evm_setAutomine", true);
    }

    /** From now on blocks come only by {@link #mine}, whatever is sent. */
    public void holdBlocks() throws RpcException {
        rpc.callNullable("evm_setIntervalMining", 0);
        rpc.callNullable("evm_setAutomine", false);
    }

    /** Any other method of the node; what it returns may be null. */
    public JsonNode call(String method, Object... params) throws RpcException {
        return rpc.callNullable(method, params).orElse(NullNode.getInstance());
    }

    /** Replaces the newest blocks by empty ones. */
    public void reorganise(int depth) throws RpcException {
        rpc.callNullable("anvil_reorg", depth, List.of());
    }

    /** Replaces the newest blocks; the oldest of the new ones includes {@code raw} again. */
    public void reorganiseWith(int depth, String raw) throws RpcException {
        rpc.callNullable("anvil_reorg", depth, List.of(List.of(raw, 0)));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
