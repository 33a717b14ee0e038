package io.millrace.local.stack;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ZooKeeperTest {

    private static final int STARTS = 3;
    private static final int ASKING = 2;
    private static final int OLD = 5;

    /** What ZooKeeper keeps unless it is told otherwise. */
    private static final int KEPT = 3;

    @TempDir private Path directory;

    /**
     * A chaos run failed by an error in ZooKeeper's log before it had begun: asked for its state
     * while it had none yet, a server cannot close the connection, and whoever asked hangs.
     */
    @Test
    void start_askedFromItsFirstMomentOn_logsNoErrorAndAnswersAll() throws Exception {
        int port = Ports.free(1).get(0);
        for (int start = 0; start < STARTS; start++) {
            Path log = directory.resolve("zookeeper-" + start + ".log");
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> asking = new ArrayList<>();
            for (int i = 0; i < ASKING; i++) {
                Thread thread = new Thread(() -> askUntil(done, port));
                asking.add(thread);
                thread.start();
            }

            try (StackProcess process = ZooKeeper.in(directory.resolve("server"), port, log)) {
                process.start();
            } finally {
                done.set(true);
            }
            for (Thread thread : asking) {
                thread.join();
            }

            assertThat(Files.readString(log)).contains("Processing srvr").doesNotContain("ERROR");
        }
    }

    /** It kept every snapshot and every log since the stack's first day. */
    @Test
    void start_moreSnapshotsThanItKeeps_removesTheOldest() throws Exception {
        int port = Ports.free(1).get(0);
        Path server = directory.resolve("server");
        Path log = directory.resolve("zookeeper.log");
        try (StackProcess process = ZooKeeper.in(server, port, log)) {
            process.start();
        }
        Path first = snapshots(server).get(0);
        for (int i = 1; i <= OLD; i++) {
            Files.copy(first, first.resolveSibling("snapshot." + i));
        }

        try (StackProcess process = ZooKeeper.in(server, port, log)) {
            process.start();
            await().atMost(ofSeconds(30))
                    .untilAsserted(() -> assertThat(snapshots(server)).hasSize(KEPT));
        }

        assertThat(snapshots(server))
                .contains(first.resolveSibling("snapshot." + OLD))
                .doesNotContain(first);
    }

    private static void askUntil(AtomicBoolean done, int port) {
        while (!done.get()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().readAllBytes();
            } catch (IOException e) { // it does not listen yet, or any more
                Thread.onSpinWait();
            }
        }
    }

    private static List<Path> snapshots(Path server) throws IOException {
        try (Stream<Path> files = Files.walk(server.resolve("data"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("snapshot."))
                    .sorted()
                    .toList();
        }
    }
}
