package io.millrace.local.chaos.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckpointStoreTest {

    @TempDir private java.nio.file.Path folder;

    private CheckpointStore store;
    private Path file;

    @BeforeEach
    void open() {
        store = CheckpointStore.of(folder);
        file = new Path(store.uri() + "chk-1/_metadata");
    }

    @Test
    void store_thatDoesNotStall_isTheFolder() throws Exception {
        write();

        assertThat(Files.readString(folder.resolve("flink/checkpoints/chk-1/_metadata")))
                .isEqualTo("whole");
        assertThat(file.getFileSystem().exists(file)).isTrue();
    }

    @Test
    void store_thatStalls_letsNobodyWriteUntilItGoesOn() throws Exception {
        store.stall();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> writing =
                CompletableFuture.runAsync(
                        () -> {
                            begun.countDown();
                            try {
                                write();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        begun.await();

        assertThatThrownBy(() -> writing.get(300, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
        assertThat(folder.resolve("flink/checkpoints/chk-1")).doesNotExist();

        store.goOn();
        writing.get(30, TimeUnit.SECONDS);
        assertThat(folder.resolve("flink/checkpoints/chk-1/_metadata")).exists();
    }

    /** Flink interrupts the tasks that it cancels: they must not wait for the store. */
    @Test
    void store_thatStalls_letsGoWhoIsInterrupted() throws Exception {
        store.stall();
        FutureTask<String> writing =
                new FutureTask<>(
                        () -> {
                            try {
                                write();
                                return "written";
                            } catch (InterruptedIOException e) {
                                return "interrupted";
                            }
                        });
        Thread thread = new Thread(writing);
        thread.start();
        await().atMost(ofSeconds(30)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        thread.interrupt();

        assertThat(writing.get()).isEqualTo("interrupted");
    }

    private void write() throws Exception {
        try (FSDataOutputStream out =
                file.getFileSystem().create(file, FileSystem.WriteMode.NO_OVERWRITE)) {
            out.write("whole".getBytes(UTF_8));
        }
    }
}
