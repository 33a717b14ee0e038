package io.millrace.job.recover;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.RpcException;
import java.io.IOException;
import java.util.function.Consumer;

/** What the chain has of a ledger. */
interface LedgerChain {

    /** No event up to it changes any more. */
    long finalBlock() throws RpcException;

    /** Hands over the events up to a final block, in their order. */
    void events(long to, Consumer<VaultEvent> events) throws IOException, RpcException;

    /** The vault at the node's latest block: what is there may become final. */
    LedgerChecks.VaultRecord latest() throws RpcException;
}
