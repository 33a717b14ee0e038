package io.millrace.watch.follow;

import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.ProviderKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * Whose the vault's accounts are, and whose keys sign for them. An owner is set once, so what was
 * answered is kept; that there is none is asked again, and so is what a key signs. One thread.
 */
public final class VaultOwners implements StoredSurroundings.Owners {

    private static final int MOST_KEPT = 50_000;
    private static final String ACCOUNT_OF = selector("spendingAccountOf(address)");

    private final JsonRpc rpc;
    private final String vault;
    private final Map<String, Long> accounts = new Kept<>();
    private final ProviderKeys keys;

    /** Of the vault at this address. */
    public VaultOwners(JsonRpc rpc, String vault) {
        this.rpc = rpc;
        this.vault = vault.toLowerCase(Locale.ROOT);
        keys = new ProviderKeys(rpc, vault);
    }

    @Override
    public long accountOf(String requester) throws IOException {
        Long known = accounts.get(requester);
        if (known != null) {
            return known;
        }
        long account =
                ask(ACCOUNT_OF + "0".repeat(24) + Numeric.cleanHexPrefix(requester)).count(0);
        if (account != 0) {
            accounts.put(requester, account);
        }
        return account;
    }

    @Override
    public BigInteger signsUntil(long provider, String key) throws IOException {
        return keys.signsUntil(provider, key, "latest");
    }

    private AbiWords ask(String data) throws IOException {
        return AbiWords.of(
                rpc.call("eth_call", Map.of("to", vault, "data", data), "latest").asText());
    }

    private static String selector(String signature) {
        return Hash.sha3String(signature).substring(0, 10);
    }

    /** The oldest go first. */
    private static final class Kept<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MOST_KEPT;
        }
    }
}
