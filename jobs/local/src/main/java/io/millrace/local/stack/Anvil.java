package io.millrace.local.stack;

import io.millrace.local.stack.chain.ChainStates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An EVM node with the rules of an OP-stack L2, as a process of its own. On a new chain it mines
 * each transaction at once until {@link #begin}; from then on, and on a chain that it has been
 * started with before, {@link #mineEvery} has it mine.
 *
 * <p>The node's own writing to disk is not used: it writes everything each time, and not in one
 * piece. {@link BlockProducer} writes down each block before the next is mined, {@link ChainReplay}
 * rebuilds the chain from that at a start. What can be lost is the newest block, which finality
 * outlasts.
 */
final class Anvil implements AutoCloseable {

    /** Chain id of the local L2. */
    static final long CHAIN_ID = 31_337;

    /** Blocks between head and "safe"; twice as many to "finalized". */
    static final int SLOTS_IN_AN_EPOCH = 2;

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final NodeSettings settings;
    private final StackProcess process;
    private final ChainStates states;
    private final ChainReplay replay;

    private @Nullable BlockProducer producer;
    private volatile long loadedBlock;

    /**
     * A node that is not started yet.
     *
     * @param directory of its state
     * @param log file for its output
     */
    Anvil(NodeSettings settings, Path directory, Path log) {
        this.settings = settings;
        this.states = new ChainStates(directory);
        this.replay = new ChainReplay(settings, states, log);
        this.process =
                new StackProcess(
                        "anvil",
                        this::launch,
                        log,
                        new StackProcess.Readiness(this::blockNumber, START_LIMIT));
    }

    /** JSON-RPC over HTTP. */
    String rpcUrl() {
        return settings.rpcUrl();
    }

    StackProcess process() {
        return process;
    }

    /**
     * The newest block that the node has not mined itself, 0 on a new chain. It must not be
     * reorganised: the node goes back to a state that it has loaded without the code of contracts.
     */
    long loadedBlock() {
        return loadedBlock;
    }

    /**
     * Ends the set-up of a new chain: what was done to it, by transactions or not, is written down,
     * and from now on {@link #mineEvery} mines.
     */
    void begin() throws IOException {
        try (NodeControl node = new NodeControl(session())) {
            node.mineNothingUnasked();
            synchronized (states) {
                states.replaceAll(node.head().number(), node::writeState);
            }
        }
        mineEvery();
    }

    /** Mines a block every so often, as long as there is a process, whichever. */
    void mineEvery() {
        BlockProducer blocks = new BlockProducer(session(), process, states);
        producer = blocks;
        blocks.start(settings.blockSeconds());
    }

    @Override
    public void close() {
        BlockProducer blocks = producer;
        if (blocks != null) {
            blocks.close();
        }
        process.close();
    }

    private StackProcess.Launch launch() throws IOException, InterruptedException {
        synchronized (states) {
            if (states.newestFirst().isEmpty()) {
                return new StackProcess.Launch(settings.newChain(), Map.of());
            }
            List<String> line = settings.goingOn(replay.newest());
            loadedBlock = states.newestFirst().get(0);
            return new StackProcess.Launch(line, Map.of());
        }
    }

    private EvmSession session() {
        return new EvmSession(rpcUrl(), settings.chainId());
    }

    private long blockNumber() throws IOException {
        try (EvmSession session = session()) {
            return session.blockNumber();
        }
    }
}
