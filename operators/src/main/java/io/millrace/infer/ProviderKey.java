package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * Where a provider's key lies. The key itself never travels with the job.
 *
 * @param account earning account of the provider
 * @param keyFile path, on every TaskManager, of a file with the private key of the account's
 *     signer, as 0x-hex of 32 bytes
 */
public record ProviderKey(int account, String keyFile) implements Serializable {

    public ProviderKey {
        requireNonNull(keyFile, "keyFile is null");
        if (account < 0) {
            throw new IllegalArgumentException("provider account is negative: " + account);
        }
    }
}
