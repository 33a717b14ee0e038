package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Somebody with an account, spending or earning, and its test key.
 *
 * @param key 32 bytes
 */
record Party(int account, String address, byte[] key) {

    Party {
        requireNonNull(address, "address is null");
        key = key.clone();
    }

    /** Whose key lies in a file of the stack. */
    static Party of(StackFile.Account account) throws IOException {
        return new Party(
                account.account(), account.address(), KeyFile.read(Path.of(account.keyFile())));
    }
}
