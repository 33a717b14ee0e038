package io.millrace.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {

    @TempDir private Path flink;

    @Test
    void newest_nothingCompleted_isNone() throws Exception {
        Files.createDirectories(flink.resolve("checkpoints/job/chk-1"));

        assertThat(Snapshots.newest(flink)).isEmpty();
    }

    @Test
    void newest_ofSeveralJobs_isTheOneCompletedLast() throws Exception {
        completed("checkpoints/first/chk-9", 1000);
        completed("savepoints/savepoint-1", 2000);
        completed("checkpoints/second/chk-3", 3000);
        Files.createDirectories(flink.resolve("checkpoints/second/chk-4"));

        assertThat(Snapshots.newest(flink))
                .hasValueSatisfying(
                        path -> assertThat(path).endsWith("/checkpoints/second/chk-3/"));
    }

    @Test
    void newest_jobStoppedWithSavepoint_isTheSavepoint() throws Exception {
        completed("checkpoints/first/chk-9", 1000);
        completed("savepoints/savepoint-1", 2000);

        assertThat(Snapshots.newest(flink))
                .hasValueSatisfying(path -> assertThat(path).endsWith("/savepoints/savepoint-1/"));
    }

    private void completed(String snapshot, long atMillis) throws IOException {
        Path metadata = Files.createDirectories(flink.resolve(snapshot)).resolve("_metadata");
        Files.createFile(metadata);
        Files.setLastModifiedTime(metadata, FileTime.fromMillis(atMillis));
    }
}
