package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One part of a sealed epoch: what {@code settle} is called with. A record of the epoch log.
 *
 * @param hash of the header
 * @param header
 * @param words
 * @param releases uint256 as 0x-hex of 32 bytes each
 * @param accounts spending and earning accounts this part touches
 * @param sources the shard cuts sealed here
 * @param positions how far the sources had been read at the cut; their digest is in the header
 */
public record SealedPart(
        String hash,
        EpochHeader header,
        SlotWords words,
        List<String> releases,
        int accounts,
        List<ShardCut> sources,
        List<CutPosition> positions) {

    /** Checks and copies. */
    public SealedPart {
        requireNonNull(hash, "hash is null");
        requireNonNull(header, "header is null");
        requireNonNull(words, "words is null");
        releases = List.copyOf(releases);
        sources = List.copyOf(sources);
        positions = List.copyOf(positions);
    }

    /** Which cut of a shard an epoch sealed, and the subtree it had. */
    public record ShardCut(int shard, long cut, String root, long sumNano, int receipts) {}
}
