package io.millrace.local.chaos.store;

import io.millrace.local.stack.JobRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;

/**
 * Where the jobs of a run keep their checkpoints: the folder in which its cluster would have them,
 * by way of a file system that can stall.
 */
public final class CheckpointStore {

    private final Path folder;

    private CheckpointStore(Path folder) {
        this.folder = folder;
    }

    /** Of the stack in a folder. */
    public static CheckpointStore of(Path stack) {
        return new CheckpointStore(stack.resolve("flink").resolve("checkpoints"));
    }

    /** Has {@code runner} start jobs that keep their checkpoints here. */
    public JobRunner under(JobRunner runner) {
        return (flink, options) -> {
            flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, uri());
            return runner.start(flink, options);
        };
    }

    /** From now on whoever wants to read or to write here waits. */
    public void stall() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve(StallingFileSystem.MARK), new byte[0]);
    }

    /** Until now. */
    public void goOn() throws IOException {
        Files.deleteIfExists(folder.resolve(StallingFileSystem.MARK));
    }

    /** For Flink, whether the folder is there or not. */
    String uri() {
        return StallingFileSystemFactory.SCHEME + ":" + folder.toAbsolutePath() + "/";
    }
}
