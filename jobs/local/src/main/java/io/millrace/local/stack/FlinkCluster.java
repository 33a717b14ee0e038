package io.millrace.local.stack;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions;
import org.rocksdb.InfoLogLevel;

/** Flink on this machine. Jobs come in over REST, as they do on any other cluster. */
interface FlinkCluster extends AutoCloseable {

    /** Nothing of a local stack can be reached from outside. */
    String LOOPBACK = "127.0.0.1";

    /** Of a stage that has no option of its own: one subtask a TaskManager. */
    int PARALLELISM = 2;

    /** Starts what of it does not run, and waits until it is ready. */
    void start() throws Exception;

    /** Web UI and REST. */
    URI webUrl();

    @Override
    void close();

    /** What a client needs to submit a job with its state in the cluster's folders. */
    static Configuration clientSettings(URI webUrl, Path directory) {
        Configuration settings = stateSettings(directory);
        settings.set(DeploymentOptions.TARGET, "remote");
        settings.set(DeploymentOptions.ATTACHED, false);
        settings.set(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM);
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(3));
        settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(1));
        settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3);
        settings.set(RestOptions.ADDRESS, webUrl.getHost());
        settings.set(RestOptions.PORT, webUrl.getPort());
        settings.set(JobManagerOptions.ADDRESS, webUrl.getHost());
        return settings;
    }

    /** What all processes of a cluster share, its state in {@code directory}. */
    static Configuration settings(Path directory) {
        Configuration settings = stateSettings(directory);
        settings.set(RestOptions.ADDRESS, LOOPBACK);
        settings.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
        settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        settings.set(TaskManagerOptions.HOST, LOOPBACK);
        settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        settings.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
        // Providers sit on TaskManagers: spread the work over all of them.
        settings.set(
                TaskManagerOptions.TASK_MANAGER_LOAD_BALANCE_MODE,
                TaskManagerOptions.TaskManagerLoadBalanceMode.SLOTS);
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        // Barriers wait behind what is buffered: under back-pressure let that be a second's work.
        settings.set(TaskManagerOptions.BUFFER_DEBLOAT_ENABLED, true);
        // Looked at by every task, also of an idle stack: its default of 200 ms is felt there.
        settings.set(TaskManagerOptions.BUFFER_DEBLOAT_PERIOD, Duration.ofSeconds(1));
        settings.set(TaskManagerOptions.MEMORY_SEGMENT_SIZE, MemorySize.parse("8kb"));
        settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        settings.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
        return settings;
    }

    /** Those that the dashboards show, of all states of an operator under one name. */
    private static void rocksDbMetrics(Configuration settings) {
        settings.set(RocksDBNativeMetricOptions.COLUMN_FAMILY_AS_VARIABLE, true);
        settings.set(RocksDBNativeMetricOptions.BLOCK_CACHE_USAGE, true);
        settings.set(RocksDBNativeMetricOptions.MONITOR_CUR_SIZE_ALL_MEM_TABLE, true);
        settings.set(RocksDBNativeMetricOptions.ESTIMATE_TABLE_READERS_MEM, true);
        settings.set(RocksDBNativeMetricOptions.ESTIMATE_LIVE_DATA_SIZE, true);
        settings.set(RocksDBNativeMetricOptions.IS_WRITE_STOPPED, true);
    }

    private static Configuration stateSettings(Path directory) {
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        // Else each operator writes down every file of every checkpoint, up to 100 MB of it.
        settings.set(RocksDBConfigurableOptions.LOG_LEVEL, InfoLogLevel.WARN_LEVEL);
        rocksDbMetrics(settings);
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
