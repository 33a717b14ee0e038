package io.millrace.local.chaos.store;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.core.fs.local.LocalRecoverableWriter;
import org.jspecify.annotations.Nullable;

/**
 * Files of this machine, of which nobody gets any, nor puts one, while a folder above it holds the
 * {@link #MARK}: as of a store behind a network that is gone. Who asks waits, whichever process it
 * is in.
 */
final class StallingFileSystem extends LocalFileSystem {

    /** File that says that what is beside it and below stalls. */
    static final String MARK = "stalled";

    private static final long PAUSE_MILLIS = 50;

    @Override
    public URI getUri() {
        return URI.create(StallingFileSystemFactory.SCHEME + ":/");
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        await(path);
        return super.open(path, bufferSize);
    }

    @Override
    public FSDataInputStream open(Path path) throws IOException {
        await(path);
        return super.open(path);
    }

    @Override
    public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
        await(path);
        return super.create(path, mode);
    }

    /** None: its files would go past this one. Flink then writes without. */
    @Override
    public LocalRecoverableWriter createRecoverableWriter() {
        throw new UnsupportedOperationException("files are created, not recovered");
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        await(path);
        return super.mkdirs(path);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        await(path);
        return super.delete(path, recursive);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        await(from);
        return super.rename(from, to);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        await(path);
        return super.exists(path);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        await(path);
        return super.getFileStatus(path);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        await(path);
        return super.listStatus(path);
    }

    private void await(Path path) throws IOException {
        try {
            while (stalls(pathToFile(path))) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the store of " + path + " stalls");
        }
    }

    private static boolean stalls(File file) {
        for (@Nullable File folder = file; folder != null; folder = folder.getParentFile()) {
            if (new File(folder, MARK).isFile()) {
                return true;
            }
        }
        return false;
    }
}
