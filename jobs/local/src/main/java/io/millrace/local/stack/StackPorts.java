package io.millrace.local.stack;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * Where the parts of one stack listen, for as long as it exists: clients, checkpoints and the
 * JobManager's records name these addresses. Kafka keeps its own in its settings.
 *
 * @param chain JSON-RPC of the L2
 * @param web Flink's REST
 * @param rpc and {@code blobs} of the JobManager
 * @param zooKeeper of its records
 */
record StackPorts(int chain, int web, int rpc, int blobs, int zooKeeper) {

    private static final String NAME = "ports.properties";
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(30);
    private static final Duration RELEASE_PAUSE = Duration.ofMillis(200);

    /** Those of the stack in {@code directory}, chosen now if it is new. */
    static StackPorts of(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            List<Integer> free = Ports.free(5);
            StackPorts ports =
                    new StackPorts(free.get(0), free.get(1), free.get(2), free.get(3), free.get(4));
            ports.write(file);
            return ports;
        }
        Properties found = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            found.load(reader);
        }
        return new StackPorts(
                port(found, "chain", file),
                port(found, "web", file),
                port(found, "rpc", file),
                port(found, "blobs", file),
                port(found, "zookeeper", file));
    }

    List<Integer> all() {
        return List.of(chain, web, rpc, blobs, zooKeeper);
    }

    /**
     * Waits until nothing listens on {@code ports}: what is left of a stack that was just killed
     * may need a moment to end.
     *
     * @throws StackException naming a port that stays taken
     */
    static void awaitFree(List<Integer> ports, Path directory) throws InterruptedException {
        long deadline = System.nanoTime() + RELEASE_LIMIT.toNanos();
        for (int port : ports) {
            while (isTaken(port)) {
                if (System.nanoTime() > deadline) {
                    throw new StackException(
                            ("port %d belongs to the stack in %s and another"
                                            + " process listens on it; end that process, or start"
                                            + " anew with --fresh")
                                    .formatted(port, directory));
                }
                TimeUnit.MILLISECONDS.sleep(RELEASE_PAUSE.toMillis());
            }
        }
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // closed connections of the last run do not count
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static int port(Properties found, String key, Path file) {
        try {
            return Integer.parseInt(found.getProperty(key, ""));
        } catch (NumberFormatException e) {
            throw new StackException(
                    file + " has no port for " + key + "; start anew with --fresh", e);
        }
    }

    private void write(Path file) throws IOException {
        Properties ports = new Properties();
        ports.setProperty("chain", Integer.toString(chain));
        ports.setProperty("web", Integer.toString(web));
        ports.setProperty("rpc", Integer.toString(rpc));
        ports.setProperty("blobs", Integer.toString(blobs));
        ports.setProperty("zookeeper", Integer.toString(zooKeeper));
        try (Writer writer = Files.newBufferedWriter(file)) {
            ports.store(writer, null);
        }
    }
}
