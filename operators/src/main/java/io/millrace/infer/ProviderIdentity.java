package io.millrace.infer;

import io.millrace.admit.Task;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The provider that a subtask works for, able to sign. The key stays inside. */
final class ProviderIdentity {

    private final int account;
    private final String address;
    private final byte[] key;

    private ProviderIdentity(int account, String address, byte[] key) {
        this.account = account;
        this.address = address;
        this.key = key;
    }

    /**
     * Reads the key.
     *
     * @throws IllegalArgumentException if the file holds no private key; its content is not told
     */
    static ProviderIdentity open(ProviderKey provider) throws IOException {
        String text = Files.readString(Path.of(provider.keyFile())).strip();
        try {
            byte[] key = Hex.decode(text, 32);
            return new ProviderIdentity(provider.account(), Secp256k1.address(key), key);
        } catch (IllegalArgumentException e) {
            // The cause quotes what it could not decode, which may be most of a key.
            throw new IllegalArgumentException(
                    provider.keyFile()
                            + " holds no private key for provider "
                            + provider.account()
                            + ": write 0x and 64 hexadecimal digits into it");
        }
    }

    int account() {
        return account;
    }

    /** The outcome of {@code task}, signed. */
    Outcome sign(
            OutcomeSignature signature,
            Task task,
            OutcomeStatus status,
            float[] embedding,
            String detail) {
        return new Outcome(
                task.requestId(),
                task.requester(),
                task.account(),
                task.model(),
                task.units(),
                task.priceNanoPerMillion(),
                task.priceVersion(),
                task.reservedNano(),
                task.appendMillis(),
                task.topicPartition(),
                task.offset(),
                status,
                embedding,
                detail,
                account,
                address,
                signature.sign(task.requestId(), account, task.units(), status, embedding, key));
    }

    @Override
    public String toString() {
        return "provider " + account + " " + address;
    }
}
