package io.millrace.chain.event;

import io.millrace.contracts.ModelRegistry;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import org.web3j.protocol.Web3j;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;

/** Calls of the model registry as bytes, and its answers as our values. */
final class RegistryAbi {

    private static final ModelRegistry REGISTRY =
            ModelRegistry.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);
    private static final BigInteger MILLIS = BigInteger.valueOf(1_000);

    private RegistryAbi() {}

    static String priceNoticeCall() {
        return REGISTRY.PRICE_NOTICE().encodeFunctionCall();
    }

    /**
     * Milliseconds for the answer to {@link #priceNoticeCall}, a word of 32 bytes; what does not
     * fit is {@link Long#MAX_VALUE}.
     */
    static long priceNoticeMillis(String word) {
        BigInteger seconds = new BigInteger(1, Hex.decode(word, 32));
        return seconds.multiply(MILLIS).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }
}
