package io.millrace.audit.sort;

import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several sorted cursors as one; of equal rows those of an earlier cursor come first. */
final class MergeCursor implements Cursor {

    private final PriorityQueue<Source> heads;

    private record Source(int order, Cursor rows, byte[] head) {}

    MergeCursor(List<Cursor> sources, Comparator<byte[]> byKey) {
        heads =
                new PriorityQueue<>(
                        Comparator.comparing(Source::head, byKey).thenComparing(Source::order));
        for (int order = 0; order < sources.size(); order++) {
            advance(order, sources.get(order));
        }
    }

    @Override
    public byte @Nullable [] peek() {
        Source first = heads.peek();
        return first == null ? null : first.head();
    }

    @Override
    public byte[] next() {
        Source first = heads.poll();
        if (first == null) {
            throw new NoSuchElementException("no row is left");
        }
        advance(first.order(), first.rows());
        return first.head();
    }

    private void advance(int order, Cursor rows) {
        if (rows.peek() != null) {
            heads.add(new Source(order, rows, rows.next()));
        }
    }
}
