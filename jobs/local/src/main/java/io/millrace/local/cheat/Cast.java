package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is in it.
 *
 * @param victims a requester for each cheat
 * @param others two requesters who are charged honestly beside the victim, in slots of the vault
 *     that are each higher than any before
 * @param provider who answers
 * @param crony another earning account
 * @param settlerKey 32 bytes
 */
record Cast(
        List<Party> victims, List<Party> others, Party provider, Party crony, byte[] settlerKey) {

    /** Requesters that a stack must have; four accounts share a slot. */
    static final int REQUESTERS = 16;

    private static final int VICTIMS = 12;

    /** Copies. */
    Cast {
        victims = List.copyOf(victims);
        others = List.copyOf(others);
        requireNonNull(provider, "provider is null");
        requireNonNull(crony, "crony is null");
        settlerKey = settlerKey.clone();
    }

    /**
     * Of the stack in {@code directory}.
     *
     * @throws StackException if it has too few accounts
     */
    static Cast of(StackFile stack, Path directory) throws IOException {
        if (stack.requesters().size() < REQUESTERS || stack.providers().size() < 2) {
            throw new StackException(
                    "the stack has %d requesters and %d providers; start one with %d and 2"
                            .formatted(
                                    stack.requesters().size(),
                                    stack.providers().size(),
                                    REQUESTERS));
        }
        List<Party> requesters = new ArrayList<>();
        for (StackFile.Account account : stack.requesters()) {
            requesters.add(Party.of(account));
        }
        return of(
                requesters,
                Party.of(stack.providers().get(0)),
                Party.of(stack.providers().get(1)),
                KeyFile.read(directory.resolve("keys/settler")));
    }

    /** Of at least {@link #REQUESTERS} requesters, ascending by account from 1. */
    static Cast of(List<Party> requesters, Party provider, Party crony, byte[] settlerKey) {
        return new Cast(
                requesters.subList(0, VICTIMS),
                List.of(requesters.get(VICTIMS), requesters.get(REQUESTERS - 1)),
                provider,
                crony,
                settlerKey);
    }
}
