package io.millrace.local.stack;

import io.millrace.local.stack.chain.SavedChain;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How an L2 node runs.
 *
 * @param slotsInAnEpoch blocks between head and "safe"; twice as many to "finalized"
 * @param blockSeconds between two blocks
 */
record NodeSettings(Path binary, long chainId, int port, int slotsInAnEpoch, int blockSeconds) {

    /** States that can be read, back from the head. */
    private static final int STATES = 64;

    /** The same on another port. */
    NodeSettings at(int otherPort) {
        return new NodeSettings(binary, chainId, otherPort, slotsInAnEpoch, blockSeconds);
    }

    /** JSON-RPC over HTTP. */
    String rpcUrl() {
        return "http://127.0.0.1:" + port;
    }

    /** Starts a node for a new chain. */
    List<String> newChain() {
        return commandLine();
    }

    /** Starts a node that goes on with {@code chain}. */
    List<String> goingOn(SavedChain chain, String... more) {
        return Stream.concat(
                        commandLine(
                                "--no-mining",
                                "--timestamp",
                                Long.toString(chain.genesisTimestamp()),
                                "--load-state",
                                chain.state().toString())
                                .stream(),
                        Stream.of(more))
                .toList();
    }

    private List<String> commandLine(String... more) {
        return Stream.concat(
                        Stream.of(
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
                                Integer.toString(slotsInAnEpoch),
                                "--accounts",
                                "1",
                                "--prune-history",
                                Integer.toString(STATES)),
                        Stream.of(more))
                .toList();
    }
}
