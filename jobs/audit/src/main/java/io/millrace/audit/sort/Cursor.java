package io.millrace.audit.sort;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows one after the other, the next one visible before it is taken. One thread. */
public interface Cursor {

    /** The row that {@link #next} will give, null behind the last one. */
    byte @Nullable [] peek();

    /**
     * The next row.
     *
     * @throws java.util.NoSuchElementException behind the last one
     */
    byte[] next();

    /** Over a list, in its order. */
    static Cursor of(List<byte[]> rows) {
        return new Cursor() {
            private int index;

            @Override
            public byte @Nullable [] peek() {
                return index < rows.size() ? rows.get(index) : null;
            }

            @Override
            public byte[] next() {
                byte[] row = peek();
                if (row == null) {
                    throw new java.util.NoSuchElementException("no row is left");
                }
                index++;
                return row;
            }
        };
    }
}
