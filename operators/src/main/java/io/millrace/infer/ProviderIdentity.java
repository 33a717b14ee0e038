package io.millrace.infer;

import io.millrace.admit.Terms;
import io.millrace.unit.PrivateKeyFile;
import io.millrace.unit.SigningKey;
import java.io.IOException;
import java.nio.file.Path;

/** The provider that a subtask works for, able to sign. The key stays inside. */
final class ProviderIdentity {

    private final int account;
    private final String address;
    private final SigningKey key;

    private ProviderIdentity(int account, SigningKey key) {
        this.account = account;
        this.address = key.address();
        this.key = key;
    }

    /**
     * Reads the key.
     *
     * @throws IOException if the file is missing, open to others, or holds no key
     */
    static ProviderIdentity open(ProviderKey provider) throws IOException {
        byte[] key =
                PrivateKeyFile.read(Path.of(provider.keyFile()), "provider " + provider.account());
        return new ProviderIdentity(provider.account(), new SigningKey(key));
    }

    int account() {
        return account;
    }

    /** The outcome of the task with {@code terms}, signed. */
    Outcome sign(
            OutcomeSignature signature,
            Terms terms,
            OutcomeStatus status,
            Output output,
            String detail) {
        return signature.sign(
                new Outcome(terms, status, Outcome.ANY_CLASS, output, detail, account, address, ""),
                key);
    }

    @Override
    public String toString() {
        return "provider " + account + " " + address;
    }
}
