package io.millrace.watch.judge;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.rules.Terms;
import io.millrace.watch.act.ProvenLeaf;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** What decides about a charge and is no part of its epoch's receipts. */
public interface Surroundings {

    /** What the model ever cost, version 1 first. */
    List<Terms> prices(String model) throws IOException;

    /** The spending account of an address, 0 if it has none. */
    long accountOf(String requester) throws IOException;

    /**
     * A key answers for requests to an earning account that were admitted before this.
     *
     * @param key address in lower case
     * @return unix seconds, 2^64 - 1 of the key in force, 0 of one that never was
     */
    BigInteger signsUntil(long provider, String key) throws IOException;

    /** All that is known to have been signed for a request. */
    List<Evidence> evidence(String requestId) throws IOException;

    /**
     * Remembers that a leaf charges a request.
     *
     * @return another leaf that charges it too: of the same epoch, or of one before that {@link
     *     #paid} the account for it and is not void
     */
    Optional<Place> charges(String requestId, long account, Place at) throws IOException;

    /**
     * Whether a leaf of an epoch before charges a request too, {@link #paid} and not void; nothing
     * is remembered.
     */
    boolean chargedBefore(String requestId, Place at) throws IOException;

    /**
     * A part that debits the account, of an epoch before: without one its leaves prove nothing
     * against later ones.
     */
    Optional<EpochPart> paid(long epoch, long account) throws IOException;

    /**
     * Remembers an account's last leaf in an epoch that debits something.
     *
     * @param firstSequence number of its first one there
     * @return its last one in an epoch before, if that has no lower number and is not void
     */
    Optional<Place> lasts(long account, long firstSequence, Last last) throws IOException;

    /** A leaf of an epoch whose receipts are all there, empty if they are not. */
    Optional<Sealed> leaf(Place at) throws IOException;

    /** An account's last leaf in an epoch, and its number. */
    record Last(Place at, long sequence) {}

    /** A leaf with its path, and the header that it leads to. */
    record Sealed(Header header, ProvenLeaf leaf) {}
}
