package io.millrace.watch.act.send;

import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.math.BigInteger;

/** Says up to which block no reorganisation can undo anything. */
@FunctionalInterface
public interface FinalBlock {

    /** By the node's own tag. */
    FinalBlock OF_NODE =
            rpc -> {
                BigInteger number =
                        JsonRpc.quantity(
                                rpc.call("eth_getBlockByNumber", "finalized", false)
                                        .path("number"));
                return number.longValueExact();
            };

    /**
     * Its number.
     *
     * @throws IOException if the node does not answer
     */
    long number(JsonRpc rpc) throws IOException;
}
