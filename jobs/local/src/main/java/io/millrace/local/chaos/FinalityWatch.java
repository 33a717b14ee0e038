package io.millrace.local.chaos;

import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the L2 keeps what it called final: a chain that does not is no test of the engine. Used
 * by one thread.
 */
final class FinalityWatch {

    private final StackFile stack;
    private EvmSession.@Nullable Head last;

    FinalityWatch(StackFile stack) {
        this.stack = stack;
    }

    /**
     * Looks at the chain once. Returns the newest final block.
     *
     * @throws IOException if the node does not answer
     * @throws IllegalStateException if a final block has changed
     */
    long check() throws IOException {
        try (EvmSession chain = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            EvmSession.Head known = last;
            EvmSession.Head now = chain.finalized();
            if (known != null) {
                if (now.number() < known.number()) {
                    return known.number(); // a node that was just started may be behind itself
                }
                String hash = chain.hashOf(known.number());
                if (!hash.equals(known.hash())) {
                    throw new IllegalStateException(
                            "the L2 node gave up block "
                                    + known.number()
                                    + ", which it had called final: "
                                    + known.hash()
                                    + " became "
                                    + hash);
                }
            }
            last = now;
            return now.number();
        }
    }
}
