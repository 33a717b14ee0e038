package io.millrace.watch.act;

import org.jspecify.annotations.Nullable;
import org.web3j.protocol.Web3j;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;

/**
 * Generated wrappers of contracts that only encode calls: the audit's reader asks, and the sender
 * sends. For that they need no contract, node or key, and are bound to none.
 */
final class Wrappers {

    private static final String NOWHERE = "0x" + "0".repeat(40);

    private Wrappers() {}

    /** The {@code load} of a wrapper. */
    @FunctionalInterface
    interface Load<T> {

        T load(
                String address,
                @Nullable Web3j node,
                @Nullable TransactionManager sender,
                @Nullable ContractGasProvider gas);
    }

    static <T> T unbound(Load<T> wrapper) {
        return wrapper.load(NOWHERE, null, null, null);
    }
}
