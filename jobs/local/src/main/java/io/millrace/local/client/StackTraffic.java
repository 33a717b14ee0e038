package io.millrace.local.client;

import io.millrace.admit.RequestSignature;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Requests for a local stack, signed with its test keys. */
public final class StackTraffic {

    private StackTraffic() {}

    /**
     * Requests of {@code requesters} to be sent soon.
     *
     * @throws IOException if a key cannot be read
     */
    public static Traffic of(
            StackFile stack, List<StackFile.Account> requesters, List<String> texts)
            throws IOException {
        List<byte[]> keys = new ArrayList<>();
        for (StackFile.Account requester : requesters) {
            keys.add(KeyFile.read(Path.of(requester.keyFile())));
        }
        return new Traffic(
                new RequestSignature(new Eip712Domain(stack.chainId(), stack.vault())),
                stack.model(),
                keys,
                texts,
                Clock.systemUTC().millis());
    }
}
