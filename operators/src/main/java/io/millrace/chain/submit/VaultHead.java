package io.millrace.chain.submit;

/**
 * Where the vault's chain of headers stands.
 *
 * @param header hash of the last one, zero before the first
 * @param epoch its epoch, 0 before the first
 * @param part its part
 * @param parts of that epoch
 */
public record VaultHead(String header, long epoch, int part, int parts) {

    /** Whether its epoch ends with it: with the last of its parts, or because the rest is void. */
    public boolean isWhole() {
        return part + 1 == parts;
    }

    /** Whether part {@code otherPart} of {@code otherEpoch} comes after this head. */
    public boolean isBefore(long otherEpoch, int otherPart) {
        return epoch < otherEpoch || (epoch == otherEpoch && part < otherPart);
    }
}
