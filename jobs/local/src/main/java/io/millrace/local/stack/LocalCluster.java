package io.millrace.local.stack;

import io.millrace.local.watch.LoopbackReporter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** Flink in this process: a JobManager with its web UI and two TaskManagers, state in RocksDB. */
final class LocalCluster implements FlinkCluster {

    private static final int TASK_MANAGERS = 2;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final MiniCluster cluster;
    private final URI webUrl;

    /**
     * A cluster that is not started yet.
     *
     * @param directory for checkpoints, savepoints and working state
     * @param webPort of the web UI and REST
     * @param metricsPort where Prometheus may ask
     */
    LocalCluster(Path directory, int slotsPerTaskManager, int webPort, int metricsPort) {
        this.webUrl = URI.create("http://" + LOOPBACK + ":" + webPort);
        this.cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(settings(directory, webPort, metricsPort))
                                .setNumTaskManagers(TASK_MANAGERS)
                                .setNumSlotsPerTaskManager(slotsPerTaskManager)
                                .build());
    }

    @Override
    public void start() throws Exception {
        cluster.start();
    }

    @Override
    public URI webUrl() {
        return webUrl;
    }

    /**
     * Ends a TaskManager with all that runs on it, as a lost machine would, and starts another in
     * its place. Returns once the one is gone and the other has started.
     *
     * @param index counted from 0 in the order of their starts
     */
    void replaceTaskManager(int index) throws Exception {
        cluster.terminateTaskManager(index).get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        cluster.startTaskManager();
    }

    @Override
    public void close() {
        try {
            cluster.closeAsync().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StackException("Flink did not stop; end this process", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Configuration settings(Path directory, int webPort, int metricsPort) {
        Configuration settings = FlinkCluster.settings(directory);
        settings.set(RestOptions.BIND_PORT, Integer.toString(webPort));
        settings.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, directory.resolve("work").toString());
        LoopbackReporter.configure(settings, metricsPort);
        return settings;
    }
}
