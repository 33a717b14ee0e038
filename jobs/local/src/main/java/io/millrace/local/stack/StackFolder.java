package io.millrace.local.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one stack, in the hands of one process: the lock on it goes when the process does,
 * however it ends.
 */
final class StackFolder implements AutoCloseable {

    private static final String LOCK = "stack.lock";
    private static final String LOGS = "logs";
    private static final List<String> PARTS =
            List.of(StackFile.NAME, "ports.properties", "kafka", "chain", "flink", "keys");

    private final Path directory;
    private final FileChannel lock;

    private StackFolder(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes {@code directory}. If a start in it was broken off before the stack was described, or
     * if {@code fresh}, what the stack left there is cleared away.
     *
     * @throws StackException if another process runs a stack there, or if it holds anything else
     */
    static StackFolder take(Path directory, boolean fresh) throws IOException {
        Files.createDirectories(directory);
        requireNothingElse(directory);
        FileChannel channel =
                FileChannel.open(
                        directory.resolve(LOCK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new StackException(
                    "process %s runs a stack in %s; end it, or name another folder with --dir"
                            .formatted(holder(directory), directory));
        }
        StackFolder folder = new StackFolder(directory, channel);
        if (fresh || !folder.holdsStack()) {
            for (String part : PARTS) {
                FileUtils.deleteFileOrDirectory(directory.resolve(part).toFile());
            }
        }
        return folder;
    }

    /** Whether there is a stack to go on with. */
    boolean holdsStack() {
        return Files.exists(directory.resolve(StackFile.NAME));
    }

    /** Of all processes. */
    Path logs() {
        return directory.resolve(LOGS);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static void requireNothingElse(Path directory) throws IOException {
        if (Files.exists(directory.resolve(LOCK))) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            // The launcher's own log may have been opened before the stack.
            if (entries.anyMatch(entry -> !entry.endsWith(LOGS))) {
                throw new StackException(
                        directory + " is not empty; name a new folder, or delete this one");
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    private static String holder(Path directory) throws IOException {
        return Files.exists(directory.resolve(StackFile.NAME))
                ? Long.toString(StackFile.read(directory).pid())
                : "(still starting)";
    }
}
