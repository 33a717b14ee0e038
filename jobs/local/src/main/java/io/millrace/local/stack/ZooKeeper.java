package io.millrace.local.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer;

/**
 * The ZooKeeper server that Flink ships for its own high availability, as a process of its own: it
 * remembers which jobs run and from which checkpoint a JobManager has to go on. It writes through
 * to disk before it answers.
 */
final class ZooKeeper {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int HEAP_MEBIBYTES = 96;
    private static final int REPLY_MILLIS = 2000;

    private ZooKeeper() {}

    /** A server, not yet started, that listens on {@code port} of the loopback interface. */
    static StackProcess in(Path directory, int port, Path log) throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Path config = directory.resolve("zoo.cfg");
        Files.write(
                config,
                List.of(
                        "dataDir=" + data,
                        "clientPortAddress=127.0.0.1",
                        "clientPort=" + port,
                        // Sessions last 2 to 20 ticks: a lost JobManager is to be noticed in
                        // seconds.
                        "tickTime=1000",
                        "admin.enableServer=false",
                        "4lw.commands.whitelist=srvr",
                        "autopurge.purgeInterval=1"));
        Jvm jvm =
                new Jvm(
                        HEAP_MEBIBYTES,
                        log,
                        FlinkZooKeeperQuorumPeer.class.getName(),
                        List.of("--zkConfigFile", config.toString(), "--peerId", "1"));
        return new StackProcess(
                "zookeeper",
                jvm::launch,
                log,
                new StackProcess.Readiness(() -> requireServing(port), START_LIMIT));
    }

    private static String requireServing(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(REPLY_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write("srvr".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String reply =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (!reply.contains("Mode:")) {
                throw new IOException("ZooKeeper does not serve yet: " + reply);
            }
            return reply;
        }
    }
}
