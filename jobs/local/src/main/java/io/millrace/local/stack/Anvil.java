package io.millrace.local.stack;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An EVM node with the rules of an OP-stack L2, as a process of its own. On a new chain it mines
 * each transaction at once until {@link EvmSession#mineEvery}; on one that it has been started with
 * before, a block every so often.
 *
 * <p>It writes its whole state to a file once a second, over the one before. What it mined after
 * the last write is lost with it: a re-organisation of a second's blocks, which finality outlasts.
 * A write that was cut off is worth nothing, so {@link #keepState} copies a whole one aside.
 */
final class Anvil {

    /** Chain id of the local L2. */
    static final long CHAIN_ID = 31_337;

    /** Blocks between head and "safe"; twice as many to "finalized". */
    static final int SLOTS_IN_AN_EPOCH = 2;

    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** States that can be read, back from the head: what is written each second grows with it. */
    private static final int STATES = 64;

    private static final JsonMapper MAPPER = new JsonMapper();

    private final Settings settings;
    private final StackProcess process;
    private final Path state;
    private final Path copy;

    /**
     * A node that is not started yet.
     *
     * @param directory of its state
     * @param log file for its output
     */
    Anvil(Settings settings, Path directory, Path log) {
        this.settings = settings;
        this.state = directory.resolve("state.json");
        this.copy = directory.resolve("state.copy.json");
        this.process =
                new StackProcess(
                        "anvil",
                        this::launch,
                        log,
                        new StackProcess.Readiness(this::blockNumber, START_LIMIT));
    }

    /**
     * How it runs.
     *
     * @param slotsInAnEpoch blocks between head and "safe"; twice as many to "finalized"
     * @param blockSeconds between two blocks
     */
    record Settings(Path binary, long chainId, int port, int slotsInAnEpoch, int blockSeconds) {}

    /** JSON-RPC over HTTP. */
    String rpcUrl() {
        return "http://127.0.0.1:" + settings.port();
    }

    StackProcess process() {
        return process;
    }

    /** Puts a copy of the state aside if it is whole, which it is not while it is written. */
    boolean keepState() throws IOException {
        if (!Files.exists(state)) {
            return false;
        }
        Path draft = copy.resolveSibling("state.draft.json");
        Files.copy(state, draft, StandardCopyOption.REPLACE_EXISTING);
        if (!isWhole(draft)) {
            return false;
        }
        Files.move(draft, copy, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    private StackProcess.Launch launch() throws IOException {
        Files.createDirectories(state.getParent());
        if (Files.exists(state) && !isWhole(state)) {
            if (!Files.exists(copy)) {
                throw new StackException(
                        state
                                + " was cut off while it was written, and there is no copy of it;"
                                + " start anew with --fresh");
            }
            Files.copy(copy, state, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> line =
                new ArrayList<>(
                        List.of(
                                settings.binary().toString(),
                                "--network",
                                "optimism",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(settings.port()),
                                "--chain-id",
                                Long.toString(settings.chainId()),
                                "--slots-in-an-epoch",
                                Integer.toString(settings.slotsInAnEpoch()),
                                "--accounts",
                                "1",
                                "--state",
                                state.toString(),
                                "--state-interval",
                                "1",
                                "--preserve-historical-states",
                                "--prune-history",
                                Integer.toString(STATES)));
        if (Files.exists(state)) {
            line.addAll(List.of("--block-time", Integer.toString(settings.blockSeconds())));
        }
        return new StackProcess.Launch(line, Map.of());
    }

    private static boolean isWhole(Path file) throws IOException {
        try (JsonParser parser = MAPPER.createParser(file.toFile())) {
            parser.nextToken();
            parser.skipChildren();
            return parser.currentToken() != null;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private long blockNumber() throws IOException {
        try (EvmSession session = new EvmSession(rpcUrl(), settings.chainId())) {
            return session.blockNumber();
        }
    }
}
