package io.millrace.chain.rpc;

import io.millrace.unit.EvmAddress;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.Web3j;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;

/**
 * Generated wrappers of contracts that only encode calls and decode answers. They are bound to no
 * contract, node or key, as they need none of them for that: what is asked and sent goes over our
 * own transport, and a wrapper that tried by itself would fail at once.
 */
public final class Wrappers {

    private Wrappers() {}

    /** The {@code load} of a wrapper. */
    @FunctionalInterface
    public interface Load<T> {

        /** The wrapper of the contract at {@code address}. */
        T load(
                String address,
                @Nullable Web3j node,
                @Nullable TransactionManager sender,
                @Nullable ContractGasProvider gas);
    }

    /** One that encodes and decodes, as in {@code unbound(SettlementVault::load)}. */
    public static <T> T unbound(Load<T> wrapper) {
        return wrapper.load(EvmAddress.ZERO, null, null, null);
    }
}
