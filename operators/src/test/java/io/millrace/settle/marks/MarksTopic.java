package io.millrace.settle.marks;

import io.millrace.settle.marks.MarkLog.Look;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A compacted partition with transactions, as much of one as marks need. */
final class MarksTopic {

    enum State {
        OPEN,
        COMMITTED,
        ABORTED
    }

    static final class Transaction {
        State state = State.OPEN;
    }

    private record Stored(long offset, SinkMark mark, Transaction transaction) {}

    private final List<Stored> records = new ArrayList<>();
    private long next;
    private long read;

    void append(SinkMark mark, Transaction transaction) {
        records.add(new Stored(next, mark, transaction));
        next++;
    }

    /** Ends a transaction, which stores a record of its own. */
    void end(Transaction transaction, State state) {
        transaction.state = state;
        next++;
    }

    /** The last committed mark of each sink stays, with what is behind an open transaction. */
    void compact() {
        long end = stableEnd();
        Map<String, Long> last = new HashMap<>();
        for (Stored stored : records) {
            if (stored.offset() < end && stored.transaction().state == State.COMMITTED) {
                last.put(stored.mark().sink(), stored.offset());
            }
        }
        records.removeIf(
                stored ->
                        stored.offset() < end
                                && last.getOrDefault(stored.mark().sink(), -1L) != stored.offset());
    }

    /** What a committed reader gets that goes on from where it was. */
    Set<SinkMark> readVisible(long end) {
        Set<SinkMark> visible = new HashSet<>();
        for (Stored stored : records) {
            if (stored.offset() >= read
                    && stored.offset() < end
                    && stored.transaction().state == State.COMMITTED) {
                visible.add(stored.mark());
            }
        }
        read = Math.max(read, end);
        return visible;
    }

    Look look(Set<SinkMark> visible, Set<SinkMark> awaited, long from, long end) {
        Map<SinkMark, Long> written = new HashMap<>();
        for (Stored stored : records) {
            if (stored.offset() >= from
                    && awaited.contains(stored.mark())
                    && !visible.contains(stored.mark())) {
                written.put(stored.mark(), stored.offset());
            }
        }
        return new Look(visible, written, end);
    }

    /** Where the first open transaction begins. */
    long stableEnd() {
        return records.stream()
                .filter(stored -> stored.transaction().state == State.OPEN)
                .mapToLong(Stored::offset)
                .min()
                .orElse(next);
    }
}
