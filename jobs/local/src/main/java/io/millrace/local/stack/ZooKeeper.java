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
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.quorum.QuorumPeerMain;

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

    /**
     * Its connections, which it accepts once it has its data. By itself it accepts them before, and
     * one that is to be closed then is not: the server fails at the attempt, which it logs as an
     * error, and whoever asked waits for ever.
     */
    public static final class Connections extends NIOServerCnxnFactory {

        @Override
        public void startup(ZooKeeperServer server, boolean startServer)
                throws IOException, InterruptedException {
            if (startServer) {
                server.startdata();
            }
            super.startup(server, startServer);
        }
    }

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
                        "serverCnxnFactory=" + Connections.class.getName(),
                        "4lw.commands.whitelist=srvr",
                        "autopurge.purgeInterval=1"));
        // Flink's own launcher of it never purges what one server alone has kept.
        Jvm jvm =
                new Jvm(
                        HEAP_MEBIBYTES,
                        log,
                        QuorumPeerMain.class.getName(),
                        List.of(config.toString()));
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
