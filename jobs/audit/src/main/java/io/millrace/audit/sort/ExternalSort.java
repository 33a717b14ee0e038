package io.millrace.audit.sort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Sorts rows by their first bytes in bounded memory: a full buffer is sorted and becomes a run on
 * disk, and the runs are merged when the rows are read. In: rows in any order. Out: a {@link
 * Cursor} over all of them, by key as unsigned bytes, rows of one key in the order in which they
 * came.
 *
 * <p>Runs are files without a name, so nothing is left behind however the process ends. One thread.
 */
public final class ExternalSort implements AutoCloseable {

    /** What a row costs on the heap beyond its bytes: header, padding, reference. */
    private static final int ROW_OVERHEAD_BYTES = 28;

    /** More runs than this are merged into one first, so that open files are bounded too. */
    private static final int MAX_RUNS = 96;

    private final Path folder;
    private final long bufferBytes;
    private final Comparator<byte[]> byKey;
    private final List<Run> runs = new ArrayList<>();

    private List<byte[]> buffer = new ArrayList<>();
    private long bufferedBytes;
    private long peakBytes;
    private long peakRows;
    private long rows;
    private long spilledBytes;

    /**
     * @param folder where runs are written
     * @param keyBytes how many of a row's first bytes are its key; no row is shorter
     * @param bufferBytes what the buffer may hold before it becomes a run
     */
    public ExternalSort(Path folder, int keyBytes, long bufferBytes) {
        this.folder = folder;
        this.bufferBytes = bufferBytes;
        byKey = (one, other) -> Arrays.compareUnsigned(one, 0, keyBytes, other, 0, keyBytes);
    }

    /** Takes a row; it must not be changed afterwards. */
    public void add(byte[] row) {
        buffer.add(row);
        rows++;
        bufferedBytes += row.length + ROW_OVERHEAD_BYTES;
        peakBytes = Math.max(peakBytes, bufferedBytes);
        peakRows = Math.max(peakRows, buffer.size());
        if (bufferedBytes >= bufferBytes) {
            spill();
        }
    }

    /** All rows in order. No row may be added afterwards; the cursor ends with this sort. */
    public Cursor sorted() {
        buffer.sort(byKey);
        List<Cursor> sources = new ArrayList<>();
        runs.forEach(run -> sources.add(run.rows()));
        sources.add(Cursor.of(buffer));
        return new MergeCursor(sources, byKey);
    }

    /** Rows taken so far. */
    public long rows() {
        return rows;
    }

    /** Most rows that lay in memory at once. */
    public long peakRows() {
        return peakRows;
    }

    /** Most bytes that rows in memory took at once. */
    public long peakBytes() {
        return peakBytes;
    }

    /** Bytes written to disk. */
    public long spilledBytes() {
        return spilledBytes;
    }

    @Override
    public void close() {
        buffer = new ArrayList<>();
        runs.forEach(Run::close);
        runs.clear();
    }

    private void spill() {
        buffer.sort(byKey);
        runs.add(write(Cursor.of(buffer)));
        buffer = new ArrayList<>();
        bufferedBytes = 0;
        if (runs.size() > MAX_RUNS) {
            List<Cursor> sources = new ArrayList<>();
            runs.forEach(run -> sources.add(run.rows()));
            Run merged = write(new MergeCursor(sources, byKey));
            runs.forEach(Run::close);
            runs.clear();
            runs.add(merged);
        }
    }

    private Run write(Cursor sorted) {
        try {
            Path file = Files.createTempFile(folder, "run", ".sorted");
            // The name is gone once the file is open: the bytes live as long as the channel.
            Run run =
                    new Run(
                            FileChannel.open(
                                    file,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE,
                                    StandardOpenOption.DELETE_ON_CLOSE));
            spilledBytes += run.write(sorted);
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write sorted rows to %s: %s; name a folder with room"
                            .formatted(folder, e.getMessage()),
                    e);
        }
    }
}
