package io.millrace.job.recover.rows;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;

/**
 * Loads RocksDB's native library, which most of its classes do in their initialisers: it copies a
 * file, and an interrupt or a full disk there would leave this process without the class for ever.
 *
 * <p>Threads: it loads on a thread that nobody interrupts; any thread may ask for it.
 */
final class RocksLibrary {

    private static @Nullable FutureTask<Void> loading;

    private RocksLibrary() {}

    /**
     * Returns when the library is loaded.
     *
     * @throws IOException if it cannot be, which may be tried again, or if the caller was
     *     interrupted while it is, which goes on
     */
    static void load() throws IOException {
        FutureTask<Void> started = started();
        try {
            started.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while RocksDB's library loads");
        } catch (ExecutionException e) {
            forget(started);
            throw new IOException(
                    "RocksDB's library does not load; name a folder with room by -Djava.io.tmpdir",
                    e.getCause());
        }
    }

    private static synchronized FutureTask<Void> started() {
        FutureTask<Void> current = loading;
        if (current == null) {
            current = new FutureTask<>(RocksDB::loadLibrary, null);
            loading = current;
            Thread thread = new Thread(current, "rocksdb-start");
            thread.setDaemon(true);
            thread.start();
        }
        return current;
    }

    private static synchronized void forget(FutureTask<Void> failed) {
        if (failed.equals(loading)) {
            loading = null;
        }
    }
}
