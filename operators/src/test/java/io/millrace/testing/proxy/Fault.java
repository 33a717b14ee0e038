package io.millrace.testing.proxy;

import java.io.IOException;

/** What the proxy does with a call. Any thread, several at once. */
@FunctionalInterface
public interface Fault {

    /**
     * Decides the reply, and whether the node hears of the call at all.
     *
     * @throws IOException if the node gives no answer; the client then gets HTTP 502
     */
    Reply reply(RpcCall call, Node node) throws IOException;

    /** The node behind the proxy, for one call. */
    @FunctionalInterface
    interface Node {

        /** Passes the call on. */
        Reply.Answer forward() throws IOException;
    }
}
