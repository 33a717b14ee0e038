package io.millrace.chain.submit.backlog;

import static java.util.Objects.requireNonNull;

/**
 * Where a part lies in the epoch log: found by the time of its record, known by its hash.
 *
 * @param epoch and part: for messages
 * @param hash of its header
 * @param loggedMillis time of its record, unix ms; 0 if it is not known
 */
public record PartPlace(long epoch, int part, String hash, long loggedMillis) {

    public PartPlace {
        requireNonNull(hash, "hash is null");
    }

    static PartPlace of(LoggedPart logged) {
        return new PartPlace(
                logged.part().header().epoch(),
                logged.part().header().part(),
                logged.part().hash(),
                logged.loggedMillis());
    }

    /** Whether this is where {@code logged} lies. */
    public boolean isOf(LoggedPart logged) {
        return hash.equals(logged.part().hash());
    }

    /** "epoch 41 part 0 (0x9f..)", for messages. */
    public String name() {
        return "epoch " + epoch + " part " + part + " (" + hash + ")";
    }
}
