package io.millrace.chain.event;

/**
 * The chain has replaced a block that it had called final, and whose events the stream has already
 * passed on. Money has been moved by them, so nothing here can repair it: it fails the job, without
 * restarts.
 */
public final class FinalityViolatedException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Constructor.
     *
     * @param block height
     * @param known hash the block had when its events were emitted
     * @param found hash it has now
     */
    public FinalityViolatedException(long block, String known, String found) {
        super(
                ("block %d was final as %s and its events are in the books, but"
                                + " the chain now has %s there; if the nodes of chain.rpc.urls"
                                + " follow another fork, correct them and start from the last"
                                + " savepoint; if finality itself was broken, rebuild the books"
                                + " with millrace recover")
                        .formatted(block, known, found));
    }
}
