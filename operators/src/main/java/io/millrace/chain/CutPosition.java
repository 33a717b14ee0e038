package io.millrace.chain;

import static java.util.Objects.requireNonNull;

/**
 * How far one source had been read when a barrier passed it.
 *
 * @param cut checkpoint id
 * @param source "requests-0" (topic partition) or {@link #VAULT}
 * @param next offset or L2 block that comes next
 */
public record CutPosition(long cut, String source, long next) {

    /** The source of L2 events; its positions are block numbers. */
    public static final String VAULT = "vault";

    public CutPosition {
        requireNonNull(source, "source is null");
    }
}
