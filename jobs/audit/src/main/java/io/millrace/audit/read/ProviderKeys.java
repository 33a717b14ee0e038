package io.millrace.audit.read;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Whose keys sign for the earning accounts of a vault, as its registry of providers says it
 * (IProviderRegistry). Where that is, the vault's tribunal says, and neither can change. One
 * thread.
 */
public final class ProviderKeys {

    private static final BigInteger MILLIS = BigInteger.valueOf(1_000);
    private static final int HEX_OF_A_WORD = 66;

    private final JsonRpc rpc;
    private final String vault;
    private @Nullable String registry;

    /** Of the vault at this address. */
    public ProviderKeys(JsonRpc rpc, String vault) {
        this.rpc = rpc;
        this.vault = vault.toLowerCase(Locale.ROOT);
    }

    /** Whether what is known of a key, {@code untilSeconds}, lets it answer for a request. */
    public static boolean answers(BigInteger untilSeconds, BigInteger admittedMillis) {
        return admittedMillis.divide(MILLIS).compareTo(untilSeconds) < 0;
    }

    /**
     * The key answers for requests to the account that were admitted before this.
     *
     * @param key address
     * @param block number or tag
     * @return unix seconds; 2^64 - 1 of the key in force, 0 of one that never was
     * @throws IOException if the node does not answer, or the contracts are not there
     */
    public BigInteger signsUntil(long account, String key, String block) throws IOException {
        if (registry == null) {
            registry = address(address(vault, "TRIBUNAL()", block), "PROVIDERS()", block);
        }
        StringBuilder data = new StringBuilder(selector("signsUntil(uint32,address)"));
        AbiWords.number(data, account);
        data.append("0".repeat(24)).append(Numeric.cleanHexPrefix(key));
        return word(registry, data.toString(), "registry of providers", block).uint(0);
    }

    private String address(String contract, String call, String block) throws IOException {
        return word(contract, selector(call), call, block).address(0);
    }

    private AbiWords word(String contract, String data, String what, String block)
            throws IOException {
        String answer = rpc.call("eth_call", Map.of("to", contract, "data", data), block).asText();
        if (answer.length() != HEX_OF_A_WORD) {
            throw new IOException(
                    ("%s of %s answers \"%s\" to %s: it is not among the contracts of vault %s;"
                                    + " name the vault that the job settles on")
                            .formatted(contract, rpc.host(), answer, what, vault));
        }
        return AbiWords.of(answer);
    }

    private static String selector(String signature) {
        return Hash.sha3String(signature).substring(0, 10);
    }
}
