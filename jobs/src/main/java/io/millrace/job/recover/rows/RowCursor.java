package io.millrace.job.recover.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Stands at a row of {@link SortedRows}, or behind the last one. One thread. */
public final class RowCursor implements AutoCloseable {

    private final RocksIterator iterator;
    private final byte[] prefix;
    private byte[] key = {};
    private boolean isAtRow;

    RowCursor(RocksIterator iterator, byte[] prefix, byte[] first) {
        this.iterator = iterator;
        this.prefix = prefix;
        iterator.seek(first);
        look();
    }

    /** Whether there is a row here. */
    public boolean isAtRow() {
        return isAtRow;
    }

    /** Key of the row here; not copied. */
    public byte[] key() {
        return key;
    }

    /** The row here. */
    public byte[] value() {
        return iterator.value();
    }

    /** Goes on to the next row. */
    public void next() {
        iterator.next();
        look();
    }

    private void look() {
        isAtRow = iterator.isValid();
        if (isAtRow) {
            key = iterator.key();
            isAtRow =
                    key.length >= prefix.length
                            && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
            return;
        }
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw new UncheckedIOException(
                    new IOException("rows that were kept on disk cannot be read again", e));
        }
    }

    @Override
    public void close() {
        iterator.close();
    }
}
