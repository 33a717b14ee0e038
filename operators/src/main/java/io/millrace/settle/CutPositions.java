package io.millrace.settle;

import io.millrace.chain.CutPosition;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/**
 * How far the sources had been read, cut by cut; only ever forward, so that the positions of one
 * epoch are never behind those of the epoch before, whatever arrived late.
 */
final class CutPositions {

    private final TreeMap<String, CutPosition> reached = new TreeMap<>();
    private final List<CutPosition> ahead = new ArrayList<>();

    void add(CutPosition position) {
        ahead.add(position);
    }

    /** Moves on to {@code cut}. */
    void advanceTo(long cut) {
        for (Iterator<CutPosition> all = ahead.iterator(); all.hasNext(); ) {
            CutPosition position = all.next();
            if (position.cut() <= cut) {
                reached.merge(position.source(), position, CutPositions::max);
                all.remove();
            }
        }
    }

    /** Latest position of every source, ordered by source. */
    List<CutPosition> reached() {
        return List.copyOf(reached.values());
    }

    List<CutPosition> all() {
        List<CutPosition> all = new ArrayList<>(reached.values());
        all.addAll(ahead);
        return all;
    }

    /** Last L2 block that {@code positions} cover, 0 if none. */
    static long lastBlock(List<CutPosition> positions) {
        for (CutPosition position : positions) {
            if (position.source().equals(CutPosition.VAULT)) {
                return Math.max(0, position.next() - 1);
            }
        }
        return 0;
    }

    /** Of two reports of one source the lesser is of a subtask that no longer reads it. */
    private static CutPosition max(CutPosition a, CutPosition b) {
        return new CutPosition(
                Math.max(a.cut(), b.cut()), a.source(), Math.max(a.next(), b.next()));
    }
}
