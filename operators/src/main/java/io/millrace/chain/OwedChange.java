package io.millrace.chain;

/**
 * By how much that changes which the chain has yet to settle.
 *
 * @param nano nano-USD, below zero if less is owed
 * @param parts of epochs, sealed
 */
public record OwedChange(long nano, int parts) {

    /** Admission reserves {@code nano}, or below zero gives back. */
    public static OwedChange promised(long nano) {
        return new OwedChange(nano, 0);
    }

    /** A part of an epoch is sealed: what it settles has been promised before. */
    public static OwedChange sealedPart() {
        return new OwedChange(0, 1);
    }
}
