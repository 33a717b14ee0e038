package io.millrace.chain.event;

import io.millrace.chain.rpc.Wrappers;
import io.millrace.contracts.ModelRegistry;
import io.millrace.unit.Hex;
import java.math.BigInteger;

/** Calls of the model registry as bytes, and its answers as our values. */
final class RegistryAbi {

    private static final ModelRegistry REGISTRY = Wrappers.unbound(ModelRegistry::load);
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
