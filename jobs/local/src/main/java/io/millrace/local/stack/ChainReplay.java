package io.millrace.local.stack;

import io.millrace.local.stack.chain.ChainStates;
import io.millrace.local.stack.chain.SavedChain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the chain on disk up to its last block, before the node that serves it starts: a node of
 * its own, that nobody else knows, loads a state and mines every later block again. That each gets
 * its hash proves all of it: state, receipts and logs.
 */
final class ChainReplay {

    private static final Logger LOG = LoggerFactory.getLogger(ChainReplay.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final NodeSettings settings;
    private final ChainStates states;
    private final Path log;

    ChainReplay(NodeSettings settings, ChainStates states, Path log) {
        this.settings = settings;
        this.states = states;
        this.log = log;
    }

    /**
     * The chain at its last block.
     *
     * @throws StackException if no state on disk leads there
     */
    SavedChain newest() throws IOException, InterruptedException {
        List<String> refusals = new ArrayList<>();
        for (long number : states.newestFirst()) {
            try {
                long genesis = states.content(number).genesisTimestamp();
                return replay(number, genesis);
            } catch (IOException e) {
                LOG.warn("the chain's state at block {} is not used", number, e);
                refusals.add(states.state(number) + ": " + e.getMessage());
            }
        }
        throw new StackException(
                "the chain cannot be rebuilt, and what the job knows of it would be wrong; start"
                        + " anew with --fresh: "
                        + String.join("; ", refusals));
    }

    private SavedChain replay(long number, long genesis) throws IOException, InterruptedException {
        NodeSettings own = settings.at(Ports.free(1).get(0));
        try (ChildProcess node =
                        ChildProcess.start(
                                "anvil for replay",
                                own.goingOn(
                                        new SavedChain(states.state(number), genesis),
                                        "--order",
                                        "fifo"),
                                log);
                EvmSession session = new EvmSession(own.rpcUrl(), own.chainId())) {
            node.awaitReady(session::blockNumber, START_LIMIT);
            NodeControl control = new NodeControl(session);
            if (session.blockNumber() != number || !control.holdsWhatItsHeadSays()) {
                throw new IOException("its accounts are not those of its newest block");
            }
            long head = states.after(number, control::repeat);
            if (head > number) {
                states.write(head, control::writeState);
            }
            return new SavedChain(states.state(head), genesis);
        }
    }
}
