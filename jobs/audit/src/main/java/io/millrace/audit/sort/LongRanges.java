package io.millrace.audit.sort;

import java.util.Map;
import java.util.TreeMap;

/** Whole numbers, as ranges: those of a ledger without gaps are one. */
public final class LongRanges {

    private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();

    /** Adds a number not below any before. */
    public void add(long number) {
        Map.Entry<Long, Long> last = lastByFirst.lastEntry();
        if (last != null && last.getValue() >= number - 1) {
            lastByFirst.put(last.getKey(), number);
        } else {
            lastByFirst.put(number, number);
        }
    }

    public boolean contains(long number) {
        Map.Entry<Long, Long> range = lastByFirst.floorEntry(number);
        return range != null && number <= range.getValue();
    }
}
