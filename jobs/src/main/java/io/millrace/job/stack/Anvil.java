package io.millrace.job.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An EVM node with the rules of an OP-stack L2, as a process of its own. Until {@link
 * EvmSession#mineEvery} it mines each transaction at once.
 */
public final class Anvil implements AutoCloseable {

    /** Blocks between head and "safe"; twice as many to "finalized". */
    public static final int SLOTS_IN_AN_EPOCH = 2;

    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final ChildProcess process;
    private final String rpcUrl;

    private Anvil(ChildProcess process, String rpcUrl) {
        this.process = process;
        this.rpcUrl = rpcUrl;
    }

    /** Starts {@code binary} with an empty chain. @param log file for its output */
    public static Anvil start(Path binary, long chainId, Path log) throws InterruptedException {
        int port = Ports.free(1).get(0);
        ChildProcess process =
                ChildProcess.start(
                        "anvil",
                        List.of(
                                binary.toString(),
                                "--network",
                                "optimism",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--chain-id",
                                Long.toString(chainId),
                                "--slots-in-an-epoch",
                                Integer.toString(SLOTS_IN_AN_EPOCH),
                                "--accounts",
                                "1"),
                        log);
        String rpcUrl = "http://127.0.0.1:" + port;
        try {
            process.awaitReady(
                    () -> {
                        try (EvmSession session = new EvmSession(rpcUrl, chainId)) {
                            return session.blockNumber();
                        }
                    },
                    START_LIMIT);
        } catch (InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
        return new Anvil(process, rpcUrl);
    }

    /** JSON-RPC over HTTP. */
    public String rpcUrl() {
        return rpcUrl;
    }

    /** Fails with the end of the node's log if it is gone. */
    public void requireAlive() {
        process.requireAlive();
    }

    @Override
    public void close() {
        process.close();
    }
}
