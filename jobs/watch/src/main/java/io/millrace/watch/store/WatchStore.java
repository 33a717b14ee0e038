package io.millrace.watch.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Rows on disk, in the order of their keys. The heap holds none of them, and a start goes on where
 * the last process was ended. Safe for use by several threads; a {@link Batch} is one thread's.
 */
public final class WatchStore implements AutoCloseable {

    private static final String VERSION = "1";
    private static final long CACHE_BYTES = 32L << 20;
    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final int FILTER_BITS = 10;

    private final LRUCache cache = new LRUCache(CACHE_BYTES);
    private final BloomFilter filter = new BloomFilter(FILTER_BITS);
    private final Options options =
            new Options()
                    .setCreateIfMissing(true)
                    .setWriteBufferSize(WRITE_BUFFER_BYTES)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setKeepLogFileNum(1)
                    .setTableFormatConfig(
                            new BlockBasedTableConfig()
                                    .setBlockCache(cache)
                                    .setFilterPolicy(filter)
                                    .setCacheIndexAndFilterBlocks(true));
    private final RocksDB rows;

    private WatchStore(Path folder) throws RocksDBException {
        rows = RocksDB.open(options, folder.toString());
    }

    /**
     * Opens {@code folder}, which may be new.
     *
     * @param ledger whose chain and topics it holds
     * @throws IOException if it holds another ledger: what was begun there would be lost
     */
    public static WatchStore open(Path folder, String ledger) throws IOException {
        Files.createDirectories(folder);
        byte[] key = Kind.STATE.key("ledger");
        byte[] name = (VERSION + " " + ledger).getBytes(UTF_8);
        WatchStore store;
        try {
            RocksDB.loadLibrary();
            store = new WatchStore(folder);
        } catch (RocksDBException e) {
            throw new IOException(
                    ("%s cannot be opened (%s); give --watch.data a folder of this watcher's own,"
                                    + " that no other process uses")
                            .formatted(folder, e.getMessage()),
                    e);
        }
        byte[] found = store.get(key);
        if (found != null && !Arrays.equals(found, name)) {
            store.close();
            throw new IOException(
                    "%s holds the watch of %s, not of %s; give --watch.data another folder"
                            .formatted(folder, new String(found, UTF_8), VERSION + " " + ledger));
        }
        try (Batch batch = store.batch()) {
            batch.put(key, name);
            batch.write();
        }
        return store;
    }

    /** The row of {@code key}, null if there is none. */
    public byte @Nullable [] get(byte[] key) throws IOException {
        try {
            return rows.get(key);
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    /** A number that was put, or {@code otherwise}. */
    public long number(byte[] key, long otherwise) throws IOException {
        byte[] value = get(key);
        return value == null ? otherwise : ByteBuffer.wrap(value).getLong();
    }

    /** Takes rows one after the other. */
    @FunctionalInterface
    public interface Visitor {

        /** Whether to go on. */
        boolean row(byte[] key, byte[] value) throws IOException;
    }

    /** Hands over the rows that begin with {@code prefix}, in the order of their keys. */
    public void forEach(byte[] prefix, Visitor visitor) throws IOException {
        from(prefix, prefix, visitor);
    }

    /** The same, from the row of {@code first} on. */
    public void from(byte[] first, byte[] prefix, Visitor visitor) throws IOException {
        try (ReadOptions reading = new ReadOptions();
                RocksIterator cursor = rows.newIterator(reading)) {
            cursor.seek(first);
            while (cursor.isValid() && begins(cursor.key(), prefix)) {
                if (!visitor.row(cursor.key(), cursor.value())) {
                    return;
                }
                cursor.next();
            }
            cursor.status();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    /** Hands over the rows that begin with {@code prefix} below {@code end}, downwards. */
    public void below(byte[] end, byte[] prefix, Visitor visitor) throws IOException {
        try (ReadOptions reading = new ReadOptions();
                RocksIterator cursor = rows.newIterator(reading)) {
            cursor.seekForPrev(end);
            if (cursor.isValid() && Arrays.equals(cursor.key(), end)) {
                cursor.prev();
            }
            while (cursor.isValid() && begins(cursor.key(), prefix)) {
                if (!visitor.row(cursor.key(), cursor.value())) {
                    return;
                }
                cursor.prev();
            }
            cursor.status();
        } catch (RocksDBException e) {
            throw unreadable(e);
        }
    }

    /** What was changed together is there together, or not at all. */
    public Batch batch() {
        return new Batch();
    }

    @Override
    public void close() {
        rows.close();
        options.close();
        filter.close();
        cache.close();
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static IOException unreadable(RocksDBException cause) {
        return new IOException("the watcher's rows cannot be read", cause);
    }

    /** Changes of one thread. */
    public final class Batch implements AutoCloseable {

        private final WriteBatch changes = new WriteBatch();

        /** Adds or replaces a row. */
        public void put(byte[] key, byte[] value) throws IOException {
            try {
                changes.put(key, value);
            } catch (RocksDBException e) {
                throw unwritable(e);
            }
        }

        /** Adds or replaces a number. */
        public void put(byte[] key, long number) throws IOException {
            put(key, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
        }

        /** Removes a row. */
        public void remove(byte[] key) throws IOException {
            try {
                changes.delete(key);
            } catch (RocksDBException e) {
                throw unwritable(e);
            }
        }

        /** Lasts when it returns: on disk, not only in the system's buffers. */
        public void write() throws IOException {
            try (WriteOptions writing = new WriteOptions().setSync(true)) {
                rows.write(writing, changes);
            } catch (RocksDBException e) {
                throw unwritable(e);
            }
        }

        @Override
        public void close() {
            changes.close();
        }

        private static IOException unwritable(RocksDBException cause) {
            return new IOException("the watcher's rows cannot be written; is the disk full", cause);
        }
    }
}
