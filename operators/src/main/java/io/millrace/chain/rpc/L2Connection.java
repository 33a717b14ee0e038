package io.millrace.chain.rpc;

import io.millrace.unit.EvmAddress;
import java.io.Serializable;
import java.util.List;

/**
 * Where the chain is, and what of it is ours.
 *
 * @param endpoints http or https addresses of nodes, in order of preference
 * @param vault and
 * @param registry addresses of the contracts
 * @param finality which blocks count as final
 * @param timeoutMillis for one answer
 */
public record L2Connection(
        List<String> endpoints,
        String vault,
        String registry,
        Finality finality,
        long timeoutMillis)
        implements Serializable {

    /** Checks and canonicalises. */
    public L2Connection {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no endpoint of the L2 is given");
        }
        vault = EvmAddress.canonical(vault);
        registry = EvmAddress.canonical(registry);
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException(
                    "timeout of the L2 node is " + timeoutMillis + " ms: it must be positive");
        }
    }

    /** Opens the way there; no call is made yet. */
    public RpcEndpoints open() {
        return new RpcEndpoints(endpoints, timeoutMillis, System::nanoTime);
    }

    /** The endpoints may carry tokens, so they stay out. */
    @Override
    public String toString() {
        return "L2Connection[vault=" + vault + ", registry=" + registry + "]";
    }
}
