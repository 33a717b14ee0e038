package io.millrace.chain;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.Comparator;
import java.util.List;

/**
 * The header's {@code cutDigest}: Keccak-256 of one line {@code source=next\n} for every position
 * in UTF-8, ordered by source. Whoever has the positions of a sealed epoch can recompute it.
 */
public final class CutDigest {

    private CutDigest() {}

    /** Digest of {@code positions} in any order, at most one a source; 0x-hex of 32 bytes. */
    public static String of(List<CutPosition> positions) {
        StringBuilder text = new StringBuilder();
        positions.stream()
                .sorted(Comparator.comparing(CutPosition::source))
                .forEach(p -> text.append(p.source()).append('=').append(p.next()).append('\n'));
        return Hex.encode(Keccak.hashUtf8(text.toString()));
    }
}
