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

    private final Node node;
    private EvmSession.@Nullable Head last;

    FinalityWatch(Node node) {
        this.node = node;
    }

    /** On the L2 node of {@code stack}. */
    static FinalityWatch of(StackFile stack) {
        return new FinalityWatch(() -> blocks(new EvmSession(stack.rpcUrl(), stack.chainId())));
    }

    /** A node that may be gone and come back. */
    @FunctionalInterface
    interface Node {

        /** A connection to the one that runs now. */
        Blocks connect();
    }

    /** Blocks of a node. */
    interface Blocks extends AutoCloseable {

        /** The newest final one. */
        EvmSession.Head finalized() throws IOException;

        String hashOf(long number) throws IOException;

        @Override
        void close();
    }

    /**
     * Looks at the chain once. Returns the newest final block.
     *
     * @throws IOException if the node does not answer
     * @throws IllegalStateException if a final block has changed
     */
    long check() throws IOException {
        try (Blocks chain = node.connect()) {
            EvmSession.Head known = last;
            EvmSession.Head now = chain.finalized();
            if (known != null) {
                if (now.number() < known.number()) {
                    return known.number(); // a node that was just started may be behind itself
                }
                String hash = chain.hashOf(known.number());
                if (!hash.equals(known.hash())) {
                    throw new IllegalStateException(
                            "the L2 node gave up block %d, which it had called final: %s became %s"
                                    .formatted(known.number(), known.hash(), hash));
                }
            }
            last = now;
            return now.number();
        }
    }

    private static Blocks blocks(EvmSession session) {
        return new Blocks() {
            @Override
            public EvmSession.Head finalized() throws IOException {
                return session.finalized();
            }

            @Override
            public String hashOf(long number) throws IOException {
                return session.hashOf(number);
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }
}
