package io.millrace.chain.event;

import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import java.io.Serializable;
import java.util.List;

/**
 * The L2, as the event source reads it, through one or several nodes of which one is in use. Every
 * method asks anew and may throw {@link RpcException}, which says nothing about the chain; after
 * one, another node may be in use. Not shared between threads.
 */
public interface EventChain {

    /**
     * Logs as one node gave them.
     *
     * @param endpoint the node, by its place in the configuration
     * @param logs ascending by (block, index)
     */
    record Reading(int endpoint, List<LogEntry> logs) {}

    /** EIP-155 id of the chain that the node in use follows. */
    long chainId() throws RpcException;

    /** The newest block, never lower than one shown before by any node (else BEHIND). */
    BlockHeader latest() throws RpcException;

    /** The newest block that counts as final, never lower than one shown before (else BEHIND). */
    BlockHeader finalHead() throws RpcException;

    /** The canonical block at a height. */
    BlockHeader header(long number) throws RpcException;

    /** The canonical blocks {@code from} to {@code to}, both included. */
    List<BlockHeader> headers(long from, long to) throws RpcException;

    /** Logs of our contracts in blocks {@code from} to {@code to}, both included. */
    Reading logs(long from, long to) throws RpcException;

    /** The same from another node, if one answers; else from the same, asked again. */
    Reading logsElsewhere(long from, long to) throws RpcException;

    /** Logs of our contracts in one block, asked for by its hash. */
    Reading logsOf(BlockHeader block) throws RpcException;

    /**
     * Logs of our contracts in one block as its receipts have them, after their root was recomputed
     * and found in the header.
     */
    List<LogEntry> provenLogs(BlockHeader block) throws RpcException;

    /** How long before it counts the registry announces a price, its PRICE_NOTICE, ms. */
    long priceNoticeMillis() throws RpcException;

    /** Addresses of our contracts, lower case. */
    List<String> addresses();

    /** Uses another node if there is one, because this one told something untrue. */
    void distrust(int endpoint);

    /** Place of the node in use. */
    int endpointInUse();

    /** How many nodes there are. */
    int endpoints();

    /** How often another node came into use; what was checked with one holds for that one only. */
    long switches();

    /** Opens the chain where it is read. */
    interface Factory extends Serializable {

        /** No call is made yet. */
        EventChain open();
    }
}
