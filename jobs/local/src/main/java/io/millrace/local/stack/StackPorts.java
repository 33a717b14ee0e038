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
 * @param page of what is settled
 * @param metrics of Flink for Prometheus, unless Flink runs in processes of its own
 */
public record StackPorts(
        int chain, int web, int rpc, int blobs, int zooKeeper, int page, int metrics) {

    private static final String NAME = "ports.properties";
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(30);
    private static final Duration RELEASE_PAUSE = Duration.ofMillis(200);

    /** Those of the stack in {@code directory}, chosen now if it is new. */
    static StackPorts of(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            StackPorts ports = of(Ports.free(7));
            ports.write(file);
            return ports;
        }
        Properties found = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            found.load(reader);
        }
        boolean older = found.getProperty("page") == null || found.getProperty("metrics") == null;
        List<Integer> missing = Ports.free(2); // of a stack that is older than these two
        StackPorts ports =
                new StackPorts(
                        port(found, "chain", file),
                        port(found, "web", file),
                        port(found, "rpc", file),
                        port(found, "blobs", file),
                        port(found, "zookeeper", file),
                        portOr(missing.get(0), found, "page", file),
                        portOr(missing.get(1), found, "metrics", file));
        if (older) {
            ports.write(file);
        }
        return ports;
    }

    static StackPorts of(List<Integer> seven) {
        return new StackPorts(
                seven.get(0),
                seven.get(1),
                seven.get(2),
                seven.get(3),
                seven.get(4),
                seven.get(5),
                seven.get(6));
    }

    List<Integer> all() {
        return List.of(chain, web, rpc, blobs, zooKeeper, page, metrics);
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

    private static int portOr(int chosen, Properties found, String key, Path file) {
        return found.getProperty(key) == null ? chosen : port(found, key, file);
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
        ports.setProperty("page", Integer.toString(page));
        ports.setProperty("metrics", Integer.toString(metrics));
        try (Writer writer = Files.newBufferedWriter(file)) {
            ports.store(writer, null);
        }
    }
}
