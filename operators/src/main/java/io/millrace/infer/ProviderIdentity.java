package io.millrace.infer;

import io.millrace.admit.Terms;
import io.millrace.chain.ProviderSigners;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.PrivateKeyFile;
import io.millrace.unit.SigningKey;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The provider that a subtask works for, able to sign as long as the chain says so. The key stays
 * inside.
 */
final class ProviderIdentity implements AutoCloseable {

    private final int account;
    private final String address;
    private final SigningKey key;
    private final SignerWatch watch;
    private final OutcomeSignature signature;

    private ProviderIdentity(
            int account, SigningKey key, SignerWatch watch, OutcomeSignature signature) {
        this.account = account;
        this.address = key.address();
        this.key = key;
        this.watch = watch;
        this.signature = signature;
    }

    /**
     * Reads the key, and asks whether it signs for the account.
     *
     * @param domain what it signs under
     * @throws IOException if the file is missing, open to others, or holds no key
     * @throws IllegalStateException if it is not the key of the account's signer
     */
    static ProviderIdentity open(
            ProviderKey provider, ProviderSigners.Factory signers, Eip712Domain domain)
            throws IOException, InterruptedException {
        byte[] key =
                PrivateKeyFile.read(Path.of(provider.keyFile()), "provider " + provider.account());
        SigningKey signing = new SigningKey(key);
        return new ProviderIdentity(
                provider.account(),
                signing,
                SignerWatch.start(signers, provider, signing.address()),
                new OutcomeSignature(domain));
    }

    int account() {
        return account;
    }

    /**
     * By what is known of the chain.
     *
     * @throws IllegalStateException if the account has another signer by now
     */
    void requireSigner() {
        watch.requireSigner();
    }

    /** The outcome of the task with {@code terms}, signed. */
    Outcome sign(
            Terms terms, OutcomeStatus status, String numericClass, Output output, String detail) {
        return signature.sign(
                new Outcome(terms, status, numericClass, output, detail, account, address, ""),
                key);
    }

    /** Asks the chain no more. */
    @Override
    public void close() {
        watch.close();
    }

    @Override
    public String toString() {
        return "provider " + account + " " + address;
    }
}
