package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was learnt from records and chain, as rows on disk: the heap holds none of it, and a start
 * goes on where the last one ended, as how far was read is written with what was read. All of it
 * can be learnt again, so a folder of another ledger, or of another version, is cleared. Safe for
 * use by several threads; a {@link Batch} is one thread's.
 */
final class PageStore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String VERSION = "1";
    private static final long CACHE_BYTES = 16L << 20;
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

    private PageStore(Path folder) throws RocksDBException {
        rows = RocksDB.open(options, folder.toString());
    }

    /** Rows of one kind begin with its code. */
    enum Kind {
        /** Few rows: how far was read, and sums. */
        STATE(0),
        /** By request id: {@link Places}. */
        REQUEST(1),
        /** By number: an epoch as it was sealed. */
        EPOCH(2),
        /** By epoch and part: the transaction that settled it. */
        SETTLED(3),
        /** By partition and offset: a refusal that was counted. */
        REFUSED(4),
        /** By account: what it was charged. */
        REQUESTER(5),
        /** By account: what it has earned. */
        PROVIDER(6);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        byte[] key(byte[] rest) {
            return ByteBuffer.allocate(1 + rest.length).put(code).put(rest).array();
        }

        byte[] key(long first) {
            return key(ByteBuffer.allocate(Long.BYTES).putLong(first).array());
        }

        byte[] key(long first, long second) {
            return key(ByteBuffer.allocate(2 * Long.BYTES).putLong(first).putLong(second).array());
        }

        byte[] key(String name) {
            return key(name.getBytes(UTF_8));
        }
    }

    /**
     * Opens {@code folder}, which may be new.
     *
     * @param ledger whose records and chain it holds
     */
    static PageStore open(Path folder, String ledger) throws IOException {
        Files.createDirectories(folder);
        byte[] key = Kind.STATE.key("ledger");
        byte[] name = (VERSION + " " + ledger).getBytes(UTF_8);
        try {
            RocksDB.loadLibrary();
            PageStore store = new PageStore(folder);
            byte[] found = store.rows.get(key);
            if (found != null && !Arrays.equals(found, name)) {
                LOG.info("{} holds another ledger; it is read anew", folder);
                store.close();
                try (Options none = new Options()) {
                    RocksDB.destroyDB(folder.toString(), none);
                }
                store = new PageStore(folder);
            }
            store.rows.put(key, name);
            return store;
        } catch (RocksDBException e) {
            throw new IOException(
                    folder
                            + " cannot be opened; name a folder of the page's own, or remove it: it"
                            + " is learnt again",
                    e);
        }
    }

    /** Forgets all rows of {@code kinds}. */
    void forget(List<Kind> kinds) throws IOException {
        try {
            for (Kind kind : kinds) {
                byte first = kind.code;
                rows.deleteRange(new byte[] {first}, new byte[] {(byte) (first + 1)});
            }
        } catch (RocksDBException e) {
            throw new IOException("the page's rows cannot be cleared", e);
        }
    }

    byte @Nullable [] get(byte[] key) throws IOException {
        try {
            return rows.get(key);
        } catch (RocksDBException e) {
            throw new IOException("the page's rows cannot be read", e);
        }
    }

    /** A row that holds JSON, an empty object if there is none. */
    JsonNode json(byte[] key) throws IOException {
        return parsed(get(key));
    }

    /** What was changed together is there together, or not at all. */
    Batch batch() {
        return new Batch();
    }

    /** The rows of {@code kind} from the one below {@code before} downwards. */
    List<Row> below(Kind kind, byte[] before, int most) throws IOException {
        List<Row> found = new ArrayList<>();
        try (ReadOptions reading = new ReadOptions();
                RocksIterator cursor = rows.newIterator(reading)) {
            cursor.seekForPrev(before);
            if (cursor.isValid() && Arrays.equals(cursor.key(), before)) {
                cursor.prev();
            }
            while (cursor.isValid() && cursor.key()[0] == kind.code && found.size() < most) {
                found.add(new Row(cursor.key(), parsed(cursor.value())));
                cursor.prev();
            }
        }
        return found;
    }

    /** The rows that begin with {@code prefix}, at most {@code most}. */
    List<Row> with(byte[] prefix, int most) throws IOException {
        List<Row> found = new ArrayList<>();
        try (ReadOptions reading = new ReadOptions();
                RocksIterator cursor = rows.newIterator(reading)) {
            for (cursor.seek(prefix);
                    cursor.isValid() && begins(cursor.key(), prefix) && found.size() < most;
                    cursor.next()) {
                found.add(new Row(cursor.key(), parsed(cursor.value())));
            }
        }
        return found;
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

    private static JsonNode parsed(byte @Nullable [] value) throws IOException {
        return value == null ? MAPPER.createObjectNode() : MAPPER.readTree(value);
    }

    /** One with its key, which begins with its kind. */
    record Row(byte[] key, JsonNode json) {

        /** The number at {@code index} of those that the key is made of. */
        long number(int index) {
            return ByteBuffer.wrap(key).getLong(1 + index * Long.BYTES);
        }
    }

    /** Changes that see each other before anyone else sees them. */
    final class Batch implements AutoCloseable {

        private final WriteBatchWithIndex changes = new WriteBatchWithIndex(true);
        private final ReadOptions reading = new ReadOptions();

        byte @Nullable [] get(byte[] key) throws IOException {
            try {
                return changes.getFromBatchAndDB(rows, reading, key);
            } catch (RocksDBException e) {
                throw new IOException("the page's rows cannot be read", e);
            }
        }

        JsonNode json(byte[] key) throws IOException {
            return parsed(get(key));
        }

        void put(byte[] key, byte[] value) throws IOException {
            try {
                changes.put(key, value);
            } catch (RocksDBException e) {
                throw new IOException("the page's rows cannot be written", e);
            }
        }

        void put(byte[] key, JsonNode json) throws IOException {
            put(key, MAPPER.writeValueAsBytes(json));
        }

        void write() throws IOException {
            try (WriteOptions writing = new WriteOptions()) {
                rows.write(writing, changes);
            } catch (RocksDBException e) {
                throw new IOException("the page's rows cannot be written", e);
            }
        }

        @Override
        public void close() {
            changes.close();
            reading.close();
        }
    }
}
