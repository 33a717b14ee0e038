package io.millrace.local.stack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;

/**
 * Flink as it runs on machines of its own: a JobManager and TaskManagers as processes, each of
 * which may be lost. What the JobManager must not forget lies in ZooKeeper and beside the
 * checkpoints, so its successor goes on with the same jobs. Losses are noticed within seconds.
 */
public final class ProcessCluster implements FlinkCluster {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final int JOB_MANAGER_HEAP_MEBIBYTES = 512;
    private static final int TASK_MANAGER_HEAP_MEBIBYTES = 640;

    /** Silence after which a process counts as lost. */
    private static final Duration SESSION = Duration.ofSeconds(8);

    private final URI webUrl;
    private final FlinkRest rest;
    private final StackProcess zooKeeper;
    private final StackProcess jobManager;
    private final List<StackProcess> taskManagers = new ArrayList<>();

    /**
     * A cluster that is not started yet.
     *
     * @param directory for checkpoints, savepoints and working state
     * @param logs folder of the logs, one a process
     */
    ProcessCluster(Path directory, Path logs, Size size, StackPorts ports) throws IOException {
        this.webUrl = URI.create("http://" + LOOPBACK + ":" + ports.web());
        this.zooKeeper =
                ZooKeeper.in(
                        directory.resolve("zookeeper"),
                        ports.zooKeeper(),
                        logs.resolve("zookeeper.log"));
        Path config = Files.createDirectories(directory.resolve("conf"));
        Files.write(
                config.resolve("config.yaml"),
                ConfigurationUtils.convertConfigToWritableLines(
                        settings(directory, size, ports), true));
        Path log = logs.resolve("jobmanager.log");
        Jvm jvm =
                new Jvm(
                        JOB_MANAGER_HEAP_MEBIBYTES,
                        log,
                        StandaloneSessionClusterEntrypoint.class.getName(),
                        List.of("--configDir", config.toString()));
        this.rest = new FlinkRest(webUrl);
        this.jobManager =
                new StackProcess(
                        "jobmanager",
                        jvm::launch,
                        log,
                        new StackProcess.Readiness(rest::taskManagers, START_LIMIT));
        for (int i = 0; i < size.taskManagers(); i++) {
            String name = "taskmanager-" + i;
            taskManagers.add(taskManager(name, config, logs.resolve(name + ".log")));
        }
    }

    /** How many TaskManagers, and how many slots each has. */
    record Size(int taskManagers, int slotsPerTaskManager) {}

    @Override
    public void start() throws Exception {
        if (!zooKeeper.isAlive()) {
            zooKeeper.start();
        }
        List<StackProcess> flink = new ArrayList<>(taskManagers);
        flink.add(0, jobManager);
        for (StackProcess process : flink) {
            if (!process.isAlive()) {
                process.launch();
            }
        }
        for (StackProcess process : flink) {
            process.awaitReady();
        }
    }

    @Override
    public URI webUrl() {
        return webUrl;
    }

    /** Keeps what a JobManager must not forget. */
    public StackProcess zooKeeper() {
        return zooKeeper;
    }

    /** The one that leads. */
    public StackProcess jobManager() {
        return jobManager;
    }

    /** In the order of their names. */
    public List<StackProcess> taskManagers() {
        return List.copyOf(taskManagers);
    }

    @Override
    public void close() {
        taskManagers.forEach(StackProcess::terminate); // all at once: each takes a moment
        jobManager.terminate();
        taskManagers.forEach(StackProcess::close);
        jobManager.close();
        zooKeeper.close();
    }

    /** Each life of a TaskManager has an id of its own, as a pod has. */
    private StackProcess taskManager(String name, Path config, Path log) {
        AtomicInteger lives = new AtomicInteger();
        return new StackProcess(
                name,
                () -> {
                    String id = idOf(name, lives.incrementAndGet());
                    return new Jvm(
                                    TASK_MANAGER_HEAP_MEBIBYTES,
                                    log,
                                    TaskManagerRunner.class.getName(),
                                    List.of(
                                            "--configDir",
                                            config.toString(),
                                            "-D"
                                                    + TaskManagerOptions.TASK_MANAGER_RESOURCE_ID
                                                            .key()
                                                    + "="
                                                    + id))
                            .launch();
                },
                log,
                new StackProcess.Readiness(
                        () -> requireRegistered(idOf(name, lives.get())), START_LIMIT));
    }

    private static String idOf(String taskManager, int life) {
        return taskManager + "-life-" + life;
    }

    private String requireRegistered(String id) throws IOException, InterruptedException {
        if (!rest.taskManagers().contains(id)) {
            throw new IOException(id + " has not registered");
        }
        return id;
    }

    private static Configuration settings(Path directory, Size size, StackPorts ports) {
        Configuration settings = FlinkCluster.settings(directory);
        settings.set(RestOptions.PORT, ports.web());
        settings.set(RestOptions.BIND_PORT, Integer.toString(ports.web()));
        settings.set(JobManagerOptions.PORT, ports.rpc());
        settings.set(BlobServerOptions.PORT, Integer.toString(ports.blobs()));
        settings.set(ClusterOptions.PROCESS_WORKING_DIR_BASE, directory.resolve("work").toString());

        highAvailability(settings, directory, ports);
        recovery(settings);
        taskManagerMemory(settings);
        settings.set(TaskManagerOptions.NUM_TASK_SLOTS, size.slotsPerTaskManager());
        return settings;
    }

    private static void highAvailability(Configuration settings, Path directory, StackPorts ports) {
        settings.set(HighAvailabilityOptions.HA_MODE, "zookeeper");
        settings.set(
                HighAvailabilityOptions.HA_ZOOKEEPER_QUORUM, LOOPBACK + ":" + ports.zooKeeper());
        settings.set(
                HighAvailabilityOptions.HA_STORAGE_PATH,
                directory.resolve("ha").toUri().toString());
        settings.set(HighAvailabilityOptions.HA_CLUSTER_ID, "/millrace");
        settings.set(
                HighAvailabilityOptions.HA_JOB_MANAGER_PORT_RANGE, Integer.toString(ports.rpc()));
        // Without a login there is none to try: it would be logged as an error at each connection.
        settings.set(SecurityOptions.ZOOKEEPER_SASL_DISABLE, true);
        settings.set(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, SESSION);
        settings.set(HighAvailabilityOptions.ZOOKEEPER_CONNECTION_TIMEOUT, SESSION);
    }

    private static void recovery(Configuration settings) {
        // On a machine with more to do than it can a start takes long, and is no failure.
        settings.set(RpcOptions.STARTUP_TIMEOUT, Duration.ofMinutes(1));
        settings.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
        settings.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, SESSION);
        settings.set(
                RestartStrategyOptions.RESTART_STRATEGY,
                RestartStrategyOptions.RestartStrategyType.EXPONENTIAL_DELAY.getMainValue());
        settings.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
                Duration.ofMillis(500));
        settings.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
                Duration.ofSeconds(5));
        settings.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
                Duration.ofSeconds(30));
    }

    private static void taskManagerMemory(Configuration settings) {
        settings.set(TaskManagerOptions.CPU_CORES, 1.0);
        settings.set(
                TaskManagerOptions.TASK_HEAP_MEMORY,
                MemorySize.ofMebiBytes(TASK_MANAGER_HEAP_MEBIBYTES));
        // Flink's scripts work these out from one total; here the JVM's own options rule.
        settings.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ZERO);
        settings.set(TaskManagerOptions.FRAMEWORK_HEAP_MEMORY, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.FRAMEWORK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(64));
        settings.set(TaskManagerOptions.JVM_METASPACE, MemorySize.ofMebiBytes(256));
        settings.set(TaskManagerOptions.JVM_OVERHEAD_MIN, MemorySize.ofMebiBytes(192));
        settings.set(TaskManagerOptions.JVM_OVERHEAD_MAX, MemorySize.ofMebiBytes(192));
    }
}
