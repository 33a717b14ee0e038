package io.millrace.job.stack;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * Flink in this process: a JobManager with its web UI and two TaskManagers, state in RocksDB. Jobs
 * come in over REST, as they do on any other cluster.
 */
public final class LocalCluster implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    /** Of a stage that has no option of its own: one subtask a TaskManager. */
    static final int PARALLELISM = 2;

    private static final int TASK_MANAGERS = 2;
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(3);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final MiniCluster cluster;
    private final URI webUrl;

    private LocalCluster(MiniCluster cluster, URI webUrl) {
        this.cluster = cluster;
        this.webUrl = webUrl;
    }

    /** Starts the cluster. @param directory for checkpoints, savepoints and working state */
    public static LocalCluster start(Path directory, int slotsPerTaskManager) throws Exception {
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(settings(directory))
                                .setNumTaskManagers(TASK_MANAGERS)
                                .setNumSlotsPerTaskManager(slotsPerTaskManager)
                                .build());
        try {
            cluster.start();
            return new LocalCluster(cluster, cluster.getRestAddress().get());
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    /** Web UI and REST. */
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

    /** What a client needs to submit a job with its state in the cluster's folders. */
    static Configuration clientSettings(URI webUrl, Path directory) {
        Configuration settings = stateSettings(directory);
        settings.set(DeploymentOptions.TARGET, "remote");
        settings.set(DeploymentOptions.ATTACHED, false);
        settings.set(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM);
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(RestOptions.ADDRESS, webUrl.getHost());
        settings.set(RestOptions.PORT, webUrl.getPort());
        settings.set(JobManagerOptions.ADDRESS, webUrl.getHost());
        return settings;
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

    private static Configuration settings(Path directory) {
        Configuration settings = stateSettings(directory);
        settings.set(RestOptions.ADDRESS, LOOPBACK);
        settings.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
        settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        settings.set(TaskManagerOptions.HOST, LOOPBACK);
        settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        settings.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
        settings.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, directory.resolve("work").toString());
        // Providers sit on TaskManagers: spread the work over both.
        settings.set(
                TaskManagerOptions.TASK_MANAGER_LOAD_BALANCE_MODE,
                TaskManagerOptions.TaskManagerLoadBalanceMode.SLOTS);
        // In one process Flink takes these two as given, and refuses them if they differ.
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        // Barriers wait behind what is buffered: under back-pressure let that be a second's work.
        settings.set(TaskManagerOptions.BUFFER_DEBLOAT_ENABLED, true);
        settings.set(TaskManagerOptions.MEMORY_SEGMENT_SIZE, MemorySize.parse("8kb"));
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(500));
        return settings;
    }

    private static Configuration stateSettings(Path directory) {
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve("checkpoints").toUri().toString());
        settings.set(
                CheckpointingOptions.SAVEPOINT_DIRECTORY,
                directory.resolve("savepoints").toUri().toString());
        return settings;
    }
}
