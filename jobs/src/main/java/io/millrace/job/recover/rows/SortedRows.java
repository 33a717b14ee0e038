package io.millrace.job.recover.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Rows in a RocksDB of their own, which lives as long as this and whose memory is bounded by its
 * buffers. In: rows in any order, a later one of the same key in place of an earlier. Out: those
 * whose keys begin alike, by key as unsigned bytes. Not durable: it holds copies. One thread.
 */
public final class SortedRows implements AutoCloseable {

    private static final long WRITE_BUFFER_BYTES = 64L << 20;
    private static final long CACHE_BYTES = 64L << 20;
    private static final long BATCH_BYTES = 1L << 20;
    private static final int BLOCK_BYTES = 32 << 10;

    /** So many sorted files are merged into one, which bounds what a cursor has to look at. */
    private static final int MERGE_WIDTH = 48;

    private final Path folder;
    private final LRUCache cache = new LRUCache(CACHE_BYTES);
    private final CompactionOptionsUniversal merging =
            new CompactionOptionsUniversal().setMinMergeWidth(MERGE_WIDTH / 2);
    private final Options options;
    private final WriteOptions writing = new WriteOptions().setDisableWAL(true);
    private final WriteBatch batch = new WriteBatch();
    private final RocksDB rows;

    private SortedRows(Path folder) throws RocksDBException {
        this.folder = folder;
        options =
                new Options()
                        .setCreateIfMissing(true)
                        .setAvoidFlushDuringShutdown(true)
                        .setWriteBufferSize(WRITE_BUFFER_BYTES)
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setCompactionStyle(CompactionStyle.UNIVERSAL)
                        .setCompactionOptionsUniversal(merging)
                        .setLevel0FileNumCompactionTrigger(MERGE_WIDTH)
                        .setLevel0SlowdownWritesTrigger(2 * MERGE_WIDTH)
                        .setLevel0StopWritesTrigger(3 * MERGE_WIDTH)
                        .setTableFormatConfig(
                                new BlockBasedTableConfig()
                                        .setBlockSize(BLOCK_BYTES)
                                        .setBlockCache(cache)
                                        .setCacheIndexAndFilterBlocks(true));
        rows = RocksDB.open(options, folder.toString());
    }

    /** Without rows, in a new folder below {@code parent}. */
    public static SortedRows below(Path parent) throws IOException {
        RocksLibrary.load();
        Path folder = Files.createTempDirectory(parent, "millrace-rows");
        try {
            return new SortedRows(folder);
        } catch (RocksDBException e) {
            throw new IOException(failed(folder), e);
        }
    }

    /** Adds a row. */
    public void put(byte[] key, byte[] value) {
        try {
            batch.put(key, value);
            if (batch.getDataSize() > BATCH_BYTES) {
                write();
            }
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** The row of {@code key}, null if there is none. */
    public byte @Nullable [] get(byte[] key) {
        try {
            write();
            return rows.get(key);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /** Over the rows whose keys begin with {@code prefix}, as they are now. */
    public RowCursor with(byte[] prefix) {
        return with(prefix, prefix);
    }

    /** The same, from the key {@code first} on. */
    public RowCursor with(byte[] prefix, byte[] first) {
        try {
            write();
        } catch (RocksDBException e) {
            throw failed(e);
        }
        return new RowCursor(rows.newIterator(), Arrays.copyOf(prefix, prefix.length), first);
    }

    private void write() throws RocksDBException {
        if (batch.count() > 0) {
            rows.write(writing, batch);
            batch.clear();
        }
    }

    private UncheckedIOException failed(RocksDBException e) {
        return new UncheckedIOException(new IOException(failed(folder), e));
    }

    private static String failed(Path folder) {
        return "rows cannot be kept in %s; name a folder with room by -Djava.io.tmpdir"
                .formatted(folder);
    }

    @Override
    public void close() throws IOException {
        batch.close();
        rows.close();
        writing.close();
        options.close();
        merging.close();
        cache.close();
        FileUtils.deleteDirectory(folder.toFile());
    }
}
